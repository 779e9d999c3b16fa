/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/later.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum kind { STATUS, SEEN, EVENT, ROLLUPS };

/* One thing that waits; the newest of a STATUS or a SEEN takes its place. */
struct item {
    struct item *next;
    enum kind kind;
    char name[FT_STORE_NAME]; /* the pair, or the host */
    int64_t at;
    json_t *status;
    struct ft_store_event *event;
    enum ft_rollup_scale scale;
    struct ft_rollup *rollups;
    size_t count;
};

struct ft_later {
    struct ft_store *store;
    struct item *first;
    struct item **last;
    size_t waiting; /* a rollup is one, and so is everything else */
    int64_t written_ns;
};

static void
free_item(struct item *item)
{
    json_decref(item->status);
    free(item->event);
    free(item->rollups);
    free(item);
}

static void
drop_all(struct ft_later *later)
{
    struct item *item, *next;

    for (item = later->first; item; item = next) {
        next = item->next;
        free_item(item);
    }
    later->first = NULL;
    later->last = &later->first;
    later->waiting = 0;
}

struct ft_later *
ft_later_new(struct ft_store *store)
{
    struct ft_later *later = calloc(1, sizeof(*later));

    if (!later)
        return NULL;
    later->store = store;
    later->last = &later->first;
    return later;
}

static struct item *
add(struct ft_later *later, enum kind kind, const char *name)
{
    struct item *item = calloc(1, sizeof(*item));

    if (!item)
        return NULL;
    item->kind = kind;
    snprintf(item->name, sizeof(item->name), "%s", name);
    *later->last = item;
    later->last = &item->next;
    return item;
}

/* ---- writing ---- */

static int
write_one(struct ft_store *store, const struct item *item, struct ft_error *err)
{
    switch (item->kind) {
    case STATUS:
        return ft_store_status_put(store, item->name, item->status, item->at,
                                   err);
    case SEEN:
        return ft_store_host_seen(store, item->name, item->at, err);
    case EVENT:
        return ft_store_event_put(store, item->event, err);
    case ROLLUPS:
        return ft_store_rollups_put(store, item->name, item->scale,
                                    item->rollups, item->count, err);
    }
    return 0;
}

/* What the database does not take is no reason to lose the rest. */
static bool
is_its_own_fault(int rc)
{
    return rc == -ENOENT || rc == -EINVAL || rc == -EEXIST ||
           rc == -ENAMETOOLONG;
}

static int
write_all(struct ft_later *later, struct ft_error *err)
{
    struct ft_store *store = later->store;
    int rc = ft_store_begin(store, err);

    if (rc)
        return rc;
    for (const struct item *item = later->first; item && !rc;
         item = item->next) {
        rc = write_one(store, item, err);
        if (is_its_own_fault(rc))
            rc = 0;
    }
    if (!rc)
        return ft_store_commit(store, err);
    ft_store_rollback(store);
    return rc;
}

static int
flush(struct ft_later *later, int64_t now_ns, struct ft_error *err)
{
    int rc;

    if (!later->first)
        return 0;
    later->written_ns = now_ns;
    rc = write_all(later, err);
    if (!rc)
        drop_all(later);
    return rc;
}

int
ft_later_flush(struct ft_later *later, int64_t now_ns, struct ft_error *err)
{
    if (now_ns - later->written_ns < FT_LATER_EVERY_MS * FT_NS_PER_MS)
        return 0;
    return flush(later, now_ns, err);
}

/* Before more is added: too much waits, so that there is no waiting for a second. */
static int
make_room(struct ft_later *later, size_t more, struct ft_error *err)
{
    int rc = 0;

    if (later->waiting && later->waiting + more > FT_LATER_MAX) {
        rc = flush(later, ft_clock_ns(), err);
        if (rc)
            drop_all(later);
    }
    later->waiting += more;
    return rc;
}

/* The one that waits already, else a new one. */
static struct item *
find(struct ft_later *later, enum kind kind, const char *name)
{
    for (struct item *item = later->first; item; item = item->next)
        if (item->kind == kind && !strcmp(item->name, name))
            return item;
    make_room(later, 1, NULL);
    return add(later, kind, name);
}

int
ft_later_status(struct ft_later *later, const char *pair, json_t *status,
                int64_t at)
{
    struct item *item = find(later, STATUS, pair);

    if (!item)
        return -ENOMEM;
    json_decref(item->status);
    item->status = json_incref(status);
    item->at = at;
    return 0;
}

int
ft_later_seen(struct ft_later *later, const char *host, int64_t at)
{
    struct item *item = find(later, SEEN, host);

    if (!item)
        return -ENOMEM;
    item->at = at;
    return 0;
}

int
ft_later_event(struct ft_later *later, const struct ft_store_event *event,
               struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_event *copy = malloc(sizeof(*copy));
    int rc = make_room(later, 1, err);
    struct item *item = copy ? add(later, EVENT, "") : NULL;

    if (!item)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    *copy = *event;
    item->event = FT_STEAL(copy);
    return rc;
}

int
ft_later_rollups(struct ft_later *later, const char *pair,
                 enum ft_rollup_scale scale, const struct ft_rollup *rollups,
                 size_t count, struct ft_error *err)
{
    size_t taken = FT_MIN(count, ft_rollups_kept(scale));
    FT_AUTOFREE struct ft_rollup *copy = calloc(taken + 1, sizeof(*copy));
    int rc = make_room(later, taken, err);
    struct item *item = copy ? add(later, ROLLUPS, pair) : NULL;

    if (!item)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    memcpy(copy, rollups + count - taken, taken * sizeof(*copy));
    item->scale = scale;
    item->rollups = FT_STEAL(copy);
    item->count = taken;
    return rc;
}

void
ft_later_free(struct ft_later *later)
{
    if (!later)
        return;
    flush(later, ft_clock_ns(), NULL);
    drop_all(later);
    free(later);
}
