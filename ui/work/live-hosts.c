/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which hosts are followed: those of the database, whoever adds or removes one. */
#include "config.h"

#include "ui/work/live-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/model/copy.h"
#include "ui/work/known.h"

/* ---- following ---- */

static int
watch(struct ft_work_live *live, struct ft_work_fleet *fleet, size_t index,
      struct ft_error *err)
{
    struct watched *watched = calloc(1, sizeof(*watched));
    const struct ft_member *member = fleet->fleet.members[index];
    struct ft_hub_where where = {
        .name = member->name,
        .destination = member->destination,
        .ssh = ft_work_fleet_ssh(fleet, index),
        .data = watched,
    };
    int rc;

    if (!watched)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rc = ft_hub_add(live->hub, &where, &watched->hub, err);
    if (rc) {
        free(watched);
        return rc;
    }
    live->watched[live->watched_count++] = watched;
    watched->live = live;
    watched->stored = &fleet->hosts[index];
    FT_COPY(watched->name, fleet->hosts[index].name);
    ft_store_event_last(live->work->store, watched->name, &watched->last_event,
                        NULL);
    ft_hub_keep(watched->hub, true);
    return 0;
}

int
ft_work_live_watch_all(struct ft_work_live *live, struct ft_work_fleet *fleet,
                       struct ft_error *err)
{
    struct watched **grown =
        realloc(live->watched, (live->watched_count + fleet->count + 1) *
                                   sizeof(struct watched *));
    int rc = 0;

    if (!grown)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    live->watched = grown;
    for (size_t i = 0; !rc && i < fleet->count; i++)
        rc = watch(live, fleet, i, err);
    return rc;
}

void
ft_work_live_watch_none(struct ft_work_live *live)
{
    for (size_t i = 0; i < live->watched_count; i++)
        free(live->watched[i]);
    free(live->watched);
    live->watched = NULL;
    live->watched_count = 0;
    while (live->more) {
        struct more_hosts *more = live->more;

        live->more = more->next;
        ft_work_fleet_close(&more->fleet);
        free(more);
    }
}

/* ---- the database's are others now ---- */

static bool
is_same(const struct ft_store_host *a, const struct ft_store_host *b)
{
    bool other_key =
        *a->host_key && *b->host_key && strcmp(a->host_key, b->host_key) != 0;

    return !strcmp(a->name, b->name) && !strcmp(a->address, b->address) &&
           !strcmp(a->identity, b->identity) && !other_key;
}

/* Nothing that it still says counts. Its thread is idle until all end. */
static void
leave(struct watched *watched)
{
    watched->left = true;
    watched->watch = watched->ask = watched->look = 0;
    watched->follows = false;
    ft_hub_keep(watched->hub, false);
    ft_hub_disconnect(watched->hub);
}

static void
take_back(struct watched *watched)
{
    watched->left = false;
    watched->next_ms = 0;
    ft_hub_keep(watched->hub, true);
    ft_hub_retry(watched->hub);
}

static bool
is_among(const struct ft_store_host *host, const struct ft_store_host *hosts,
         size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_same(host, &hosts[i]))
            return true;
    return false;
}

/* Is it followed, or was it, so that it can be again? */
static bool
find_again(struct ft_work_live *live, const struct ft_store_host *host)
{
    for (size_t i = 0; i < live->watched_count; i++) {
        struct watched *watched = live->watched[i];

        if (!is_same(watched->stored, host))
            continue;
        if (watched->left) {
            take_back(watched);
            live->turned = true;
        }
        return true;
    }
    return false;
}

static bool
kinds_changed(struct ft_work_live *live, const struct ft_store_host *hosts,
              size_t count)
{
    bool changed = count != live->state.host_count;

    for (size_t i = 0; !changed && i < count; i++) {
        const struct ft_live_host *known =
            ft_live_find(&live->state, hosts[i].name);

        changed = !known || known->stored.hypervisor != hosts[i].hypervisor ||
                  known->stored.maintenance_at != hosts[i].maintenance_at ||
                  strcmp(known->stored.address, hosts[i].address) != 0;
    }
    return changed;
}

/* Those that are not followed; takes hosts over. */
static int
watch_new(struct ft_work_live *live, struct ft_store_host *hosts, size_t count,
          struct ft_error *err)
{
    struct more_hosts *more = calloc(1, sizeof(*more));
    int rc;

    if (!more) {
        free(hosts);
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    }
    more->next = live->more;
    live->more = more;
    rc = ft_work_fleet_from(live->work, false, hosts, count, &more->fleet, err);
    return rc ? rc : ft_work_live_watch_all(live, &more->fleet, err);
}

int
ft_work_live_look_for_hosts(struct ft_work_live *live, struct ft_error *err)
{
    struct ft_store_host *hosts = NULL;
    size_t count = 0, unknown = 0;
    int rc = ft_store_host_list(live->work->store, &hosts, &count, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < live->watched_count; i++)
        if (!live->watched[i]->left &&
            !is_among(live->watched[i]->stored, hosts, count)) {
            leave(live->watched[i]);
            live->turned = true;
        }
    if (kinds_changed(live, hosts, count)) {
        live->turned = true;
        rc = ft_work_known_hosts(live->work, &live->state, err);
    }
    for (size_t i = 0; i < count; i++)
        if (!find_again(live, &hosts[i]))
            hosts[unknown++] = hosts[i];
    if (rc || !unknown) {
        free(hosts);
        return rc;
    }
    live->turned = true;
    return watch_new(live, hosts, unknown, err);
}
