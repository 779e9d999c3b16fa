/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/door.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

void
ft_door_init(struct ft_door *door)
{
    for (int i = 0; i < FT_DOOR_PLACES; i++) {
        door->fds[i] = -1;
        door->places[i].stranger = false;
    }
}

static bool
make_room(struct ft_door *door, const struct ft_crowd_place *fresh)
{
    size_t strangers = 0, victim;
    struct ft_crowd_place *place;

    for (int i = 0; i < FT_DOOR_PLACES; i++)
        strangers += door->places[i].stranger;
    if (strangers < FT_DOOR_STRANGERS_MAX)
        return true;
    victim = ft_crowd_victim(door->places, FT_ARRAY_SIZE(door->places));
    place = &door->places[victim];
    if (fresh->since_ns - place->since_ns < FT_DOOR_STAY_NS &&
        memcmp(fresh->from, place->from, sizeof(place->from)) == 0)
        return false;
    shutdown(door->fds[victim], SHUT_RDWR); /* its thread leaves */
    place->stranger = false;
    return true;
}

int
ft_door_enter(struct ft_door *door, int fd, int64_t now_ns)
{
    struct ft_crowd_place fresh = { .since_ns = now_ns, .stranger = true };
    int i = 0;

    ft_crowd_from(fd, fresh.from);
    if (!make_room(door, &fresh))
        return -1;
    while (i < FT_DOOR_PLACES && door->fds[i] >= 0)
        i++;
    if (i == FT_DOOR_PLACES ||
        (door->fds[i] = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0)
        return -1;
    door->places[i] = fresh;
    return i;
}

void
ft_door_leave(struct ft_door *door, int place)
{
    close(door->fds[place]);
    door->fds[place] = -1;
    door->places[place].stranger = false;
}
