/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/watch.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "engine/board.h"
#include "engine/events.h"
#include "engine/followers.h"
#include "engine/maintenance.h"
#include "engine/this-host.h"
#include "engine/watch-args.h"
#include "engine/witness-process.h"
#include "virt/loop.h"

#define BEAT_MS 1000

static int beat_timer = -1;
static int64_t beats;
static json_t *witness_told, *maintenance_told;

json_t *
ft_witness_json(void)
{
    return ft_witness_process_wanted()
               ? json_pack("{s:b}", "running", ft_witness_process_running())
               : json_null();
}

static json_int_t
now_ms(void)
{
    return ft_clock_realtime_ns() / FT_NS_PER_MS;
}

static void
tell_witness(void)
{
    json_t *now = ft_witness_json();

    if (now && !json_equal(now, witness_told))
        ft_followers_tell(json_pack("{s:O}", "witness", now));
    json_decref(witness_told);
    witness_told = now;
}

static void
tell_maintenance(void)
{
    json_t *now = ft_maintenance_json();

    if (now && !json_equal(now, maintenance_told))
        ft_followers_tell(json_pack("{s:O}", "maintenance", now));
    json_decref(maintenance_told);
    maintenance_told = now;
}

static void
beat(void *opaque)
{
    (void)opaque;
    if (!ft_followers_watching()) {
        ft_loop_timer_set(beat_timer, -1);
        return;
    }
    tell_witness();
    tell_maintenance();
    ft_followers_tell(json_pack("{s:I,s:I,s:o}", "beat", (json_int_t)++beats,
                                "at", now_ms(), "ages", ft_board_ages()));
}

/* The first who watches starts the heart. */
static int
start_beats(void)
{
    if (beat_timer < 0)
        beat_timer = ft_loop_timer(beat, NULL);
    if (!ft_followers_watching())
        ft_loop_timer_set(beat_timer, BEAT_MS);
    return beat_timer < 0 ? -ENOMEM : 0;
}

static json_t *
snapshot(const struct ft_watch_args *args)
{
    char host[64];

    ft_this_host_name(host);
    return json_pack("{s:s,s:s,s:I,s:o,s:o,s:o,s:o,s:o,s:I}", "host", host,
                     "version", PACKAGE_VERSION, "at", now_ms(), "witness",
                     ft_witness_json(), "maintenance", ft_maintenance_json(),
                     "pairs", ft_board_statuses(), "series",
                     ft_board_all_series(args->parts), "events",
                     args->events_after < 0
                         ? json_array()
                         : ft_events_since(args->events_after),
                     "events_last", (json_int_t)ft_events_last());
}

int
ft_verb_watch(struct ft_request request, const json_t *args, json_t **result,
              struct ft_error *err)
{
    struct ft_watch_args wanted;
    int rc = ft_watch_args_parse(args, &wanted, err);

    if (rc)
        return rc;
    /* those who watch already must know what the newcomer gets to know */
    ft_board_tell();
    tell_witness();
    tell_maintenance();
    if (start_beats())
        return ft_fail(err, ENOMEM, NULL, "no memory for a timer");
    rc = ft_followers_add_watcher(request, wanted.rate_ms, err);
    if (rc)
        return rc;
    *result = snapshot(&wanted);
    if (*result)
        return 0;
    ft_followers_remove(request);
    return ft_fail(err, ENOMEM, NULL, "no memory for what is known here");
}

int
ft_verb_series(struct ft_request request, const json_t *args, json_t **result,
               struct ft_error *err)
{
    struct ft_watch_args wanted;
    char pair[37];
    int rc = ft_json_need_string(args, "pair", pair, sizeof(pair), err);

    (void)request;
    if (!rc)
        rc = ft_watch_args_parse(args, &wanted, err);
    if (rc)
        return rc;
    *result = ft_board_series(pair, wanted.parts);
    return *result
               ? 0
               : ft_fail(err, ENOENT, NULL, "no pair %s on this host", pair);
}

void
ft_watch_end(const char *why)
{
    ft_followers_tell(json_pack("{s:s}", "bye", why));
}
