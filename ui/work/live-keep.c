/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/live-private.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/event-rows.h"
#include "ui/model/live-rows.h"
#include "ui/work/known.h"

#define KEEP_MS 1000        /* before what is new goes to the database */
#define KEEP_QUIET_MS 10000 /* and when nothing is */
#define KEEP_MOST 200       /* pairs at a time: a key waits for them */

void
ft_work_live_keep_event(struct watched *watched, const json_t *from)
{
    struct ft_store_event event;
    struct ft_error err = FT_ERROR_INIT;

    if (!json_is_object(from))
        return;
    ft_event_from_json(watched->name, from, &event);
    if (!*event.at)
        return;
    watched->last_event = FT_MAX(watched->last_event, event.seq);
    if (ft_later_event(watched->live->later, &event, &err))
        ft_work_detail(watched->live->work, "not stored: %s", err.text);
}

static void
keep_pair(struct ft_work_live *live, json_t *status)
{
    const char *pair = ft_json_string(status, "pair", "");

    json_object_del(status, "sides"); /* what both say is for now */
    json_object_del(status, "since_s");
    ft_later_status(live->later, pair, status, ft_work_now_ms());
}

static void
keep_hosts(struct ft_work_live *live, int64_t now)
{
    for (size_t i = 0; i < live->state.host_count; i++)
        if (ft_live_is_live(&live->state.hosts[i], now))
            ft_later_seen(live->later, live->state.hosts[i].stored.name,
                          ft_work_now_ms());
}

/* The next of the pairs that hosts speak of; begins with the first of them. */
static void
keep_some(struct ft_work_live *live, int64_t now)
{
    bool more = true;

    if (!live->keeping)
        live->keeping = ft_live_pairs_begin(&live->state, now);
    for (size_t i = 0; live->keeping && more && i < KEEP_MOST; i++) {
        FT_AUTOJSON json_t *status = ft_live_pairs_next(live->keeping, now);

        if (status)
            keep_pair(live, status);
        else
            more = false;
    }
    if (more)
        return;
    ft_live_pairs_free(live->keeping);
    live->keeping = NULL;
}

void
ft_work_live_keep_last(struct ft_work_live *live, int64_t now)
{
    FT_AUTOJSON json_t *pairs = ft_live_pairs(&live->state, now);
    json_t *status;
    size_t index;

    json_array_foreach(pairs, index, status)
        keep_pair(live, status);
    keep_hosts(live, now);
}

/* What others have written there is read. */
static void
read_again(struct ft_work_live *live)
{
    struct ft_error err = FT_ERROR_INIT;
    int64_t version = ft_store_version(live->work->store);

    if (version >= 0 && version == live->known)
        return;
    live->known = version;
    if (ft_work_known_pairs(live->work, &live->state, &err))
        ft_work_detail(live->work, "not read: %s", err.text);
}

void
ft_work_live_keep(struct ft_work_live *live, int64_t now)
{
    bool soon = live->news || live->keeping;

    if (now - live->kept_ms < (soon ? KEEP_MS : KEEP_QUIET_MS))
        return;
    live->kept_ms = now;
    if (!live->keeping)
        live->news = false;
    keep_some(live, now);
    keep_hosts(live, now);
    read_again(live);
}

void
ft_work_live_keep_second(struct watched *watched, const char *pair,
                         const json_t *sample)
{
    struct ft_second second;

    if (sample && !ft_second_from_json(sample, &second))
        ft_recent_add(watched->live->recent, pair, &second);
}

void
ft_work_live_keep_past(struct watched *watched, const json_t *all)
{
    const char *pair;
    json_t *series;
    const json_t *sample;
    size_t index;

    json_object_foreach((json_t *)all, pair, series)
        json_array_foreach(json_object_get(series, "seconds"), index, sample)
            ft_work_live_keep_second(watched, pair, sample);
}
