/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/parting.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct ft_work_parting {
    pthread_t thread;
    struct ft_hub *hub;
    struct ft_work_fleet fleet; /* its hosts' names are the hub's, too */
    atomic_bool over;
};

static void *
part(void *data)
{
    struct ft_work_parting *parting = data;

    ft_hub_close(parting->hub);
    ft_work_fleet_close(&parting->fleet);
    atomic_store(&parting->over, true);
    return NULL;
}

static void
forget(struct ft_work_parting **at)
{
    if (!*at)
        return;
    pthread_join((*at)->thread, NULL);
    free(*at);
    *at = NULL;
}

static struct ft_work_parting **
room(struct ft_work_partings *partings)
{
    struct ft_work_parting **free_one = NULL;

    for (size_t i = 0; i < FT_WORK_PARTINGS_MAX; i++) {
        struct ft_work_parting **at = &partings->list[i];

        if (*at && atomic_load(&(*at)->over))
            forget(at);
        if (!*at)
            free_one = at;
    }
    return free_one;
}

bool
ft_work_partings_have_room(struct ft_work_partings *partings)
{
    return room(partings) != NULL;
}

void
ft_work_part(struct ft_work_partings *partings, struct ft_hub *hub,
             struct ft_work_fleet *fleet)
{
    struct ft_work_parting **at = room(partings);
    struct ft_work_parting *parting = at ? calloc(1, sizeof(*parting)) : NULL;

    if (parting) {
        parting->hub = hub;
        parting->fleet = *fleet;
        if (!pthread_create(&parting->thread, NULL, part, parting)) {
            memset(fleet, 0, sizeof(*fleet));
            *at = parting;
            return;
        }
        free(parting);
    }
    ft_hub_close(hub);
    ft_work_fleet_close(fleet);
}

void
ft_work_partings_close(struct ft_work_partings *partings)
{
    for (size_t i = 0; i < FT_WORK_PARTINGS_MAX; i++)
        forget(&partings->list[i]);
}
