/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/live-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "ui/model/live-rows.h"
#include "ui/work/known.h"

#define ASK_MS 1000      /* between two questions to a host that is polled */
#define AGAIN_MS 500     /* before a stream that ended is begun anew */
#define FOLLOW_MS 100000 /* before a polled host is followed after all */
#define TAKE_MAX 1000    /* messages at a time */
#define LOOK_MS 5000     /* between two looks at a machine */

static int64_t
now_ms(void)
{
    return ft_clock_ns() / FT_NS_PER_MS;
}

static struct ft_live_host *
host_of(const struct watched *watched)
{
    return ft_live_find(&watched->live->state, watched->name);
}

static void
note_news(struct ft_work_live *live)
{
    live->news = true;
    live->turned = true;
}

/* A log that was begun anew is told from its beginning, by another stream. */
static void
check_log(struct watched *watched, const json_t *reply)
{
    int64_t last = ft_json_int(reply, "events_last", 0, INT64_MAX, 0);

    if (last >= watched->last_event)
        return;
    watched->last_event = 0;
    ft_hub_cancel(watched->hub, watched->watch);
}

/* ---- asking ---- */

static void
follow(struct watched *watched)
{
    const struct ft_work_live_wish *wish = &watched->live->wish;
    json_t *args = json_pack("{s:i,s:i,s:I}", "rate_ms", wish->rate_ms,
                             "seconds", (int)FT_MIN(wish->seconds, 600),
                             "events_after", (json_int_t)watched->last_event);

    watched->follows = false;
    if (ft_hub_follow(watched->hub, "watch", args, FT_WORK_ANSWER_MS,
                      &watched->watch, NULL))
        watched->watch = 0;
}

static void
ask(struct watched *watched)
{
    if (ft_hub_ask(watched->hub, "status", NULL, FT_WORK_ANSWER_MS,
                   &watched->ask, NULL))
        watched->ask = 0;
}

static void
look(struct watched *watched, int64_t now)
{
    if (watched->look || now < watched->look_ms)
        return;
    watched->look_ms = now + LOOK_MS;
    if (ft_hub_ask(watched->hub, "machine", NULL, FT_WORK_ANSWER_MS,
                   &watched->look, NULL))
        watched->look = 0;
}

/* Whatever has to be asked of a host that is connected. */
static void
ask_if_due(struct watched *watched)
{
    struct ft_live_host *host = host_of(watched);
    int64_t now = now_ms();
    struct ft_hub_state state;

    ft_hub_state(watched->hub, &state);
    if (state.phase != FT_HUB_LIVE || !host)
        return;
    if (watched->follows) { /* an older engine knows none of this */
        ft_work_past_ask(&watched->past, watched->hub, host, now);
        look(watched, now);
    }
    if (now < watched->next_ms)
        return;
    if (host->polled && now >= watched->follow_ms)
        host->polled = false;
    if (host->polled && !watched->ask)
        ask(watched);
    else if (!host->polled && !watched->watch)
        follow(watched);
    watched->next_ms = now + (host->polled ? ASK_MS : AGAIN_MS);
}

/* ---- hearing ---- */

static void
on_snapshot(struct watched *watched, const json_t *reply)
{
    const json_t *event;
    size_t index;

    watched->follows = true;
    note_news(watched->live);
    check_log(watched, reply);
    ft_live_take_reply(host_of(watched), reply, now_ms());
    ft_live_take_clock(host_of(watched),
                       ft_json_int(reply, "at", 0, INT64_MAX, 0),
                       ft_work_now_ms());
    ft_work_live_keep_past(watched, json_object_get(reply, "series"));
    json_array_foreach(json_object_get(reply, "events"), index, event)
        ft_work_live_keep_event(watched, event);
}

/* An older engine, or one with too many followers: it is asked again and
 * again, and the row says so. */
static void
on_refused(struct watched *watched, const struct ft_error *err)
{
    struct ft_live_host *host = host_of(watched);

    watched->watch = 0;
    if (err->code != EOPNOTSUPP && err->code != EBUSY)
        return;
    host->polled = true;
    watched->next_ms = now_ms();
    watched->follow_ms = now_ms() + FOLLOW_MS;
}

static void
on_status(struct watched *watched, const json_t *reply)
{
    note_news(watched->live);
    ft_live_take_reply(host_of(watched), reply, now_ms());
}

static void
on_reply(struct watched *watched, const struct ft_hub_message *message)
{
    bool asked = message->ticket == watched->ask;

    if (ft_work_past_take(&watched->past, message->ticket, message->body,
                          watched->live->later))
        return;
    if (message->ticket == watched->look) {
        watched->look = 0;
        ft_live_take_machine(host_of(watched), message->body, now_ms());
        return;
    }
    if (asked)
        watched->ask = 0;
    else if (message->ticket != watched->watch)
        return;
    if (message->error.code && !asked)
        on_refused(watched, &message->error);
    else if (!message->error.code && asked)
        on_status(watched, message->body);
    else if (!message->error.code)
        on_snapshot(watched, message->body);
}

/* One line of the stream; what is not known is a sign of life all the same. */
static void
on_line(struct watched *watched, const json_t *line)
{
    struct ft_live_host *host = host_of(watched);
    const char *removed = ft_json_string(line, "removed", NULL);
    const json_t *status = json_object_get(line, "status");
    const json_t *figures = json_object_get(line, "figures");
    const json_t *witness = json_object_get(line, "witness");
    int64_t now = now_ms();

    ft_live_heard(host, now);
    ft_live_take_ages(host, json_object_get(line, "ages"), now);
    ft_live_take_clock(host, ft_json_int(line, "at", 0, INT64_MAX, 0),
                       ft_work_now_ms());
    if (status)
        ft_live_take_status(host, status, now);
    if (figures)
        ft_live_take_figures(host, ft_json_string(line, "pair", ""), figures,
                             now);
    if (removed)
        ft_live_remove(host, removed);
    if (status || removed)
        note_news(watched->live);
    if (json_object_get(line, "maintenance"))
        ft_live_take_maintenance(host, json_object_get(line, "maintenance"));
    if (witness)
        host->witness_runs = ft_json_bool(witness, "running", 0);
    ft_work_live_keep_event(watched, json_object_get(line, "log"));
    ft_work_live_keep_second(watched, ft_json_string(line, "pair", ""),
                             json_object_get(line, "sample"));
}

static void
on_end(struct watched *watched)
{
    watched->watch = 0;
    watched->follows = false;
}

/*
 * Looked at when rows are made; that a host which is gone is tried again, and
 * is still gone, is no turn.
 */
static void
on_state(struct watched *watched, const struct ft_hub_state *state)
{
    enum ft_hub_phase phase = state->phase;

    if (phase == FT_HUB_CONNECTING && state->error.code)
        phase = FT_HUB_GONE;
    watched->live->turned |= phase != watched->phase;
    watched->phase = phase;
}

static void
on_message(struct ft_hub_message *message)
{
    struct watched *watched = ft_hub_host_data(message->host);

    if (watched->left || !host_of(watched))
        return;
    switch (message->what) {
    case FT_HUB_REPLY:
        on_reply(watched, message);
        return;
    case FT_HUB_EVENT:
        if (message->ticket == watched->watch && watched->follows)
            on_line(watched, message->body);
        return;
    case FT_HUB_END:
        if (message->ticket == watched->watch)
            on_end(watched);
        return;
    case FT_HUB_STATE:
        on_state(watched, &message->state);
        return;
    }
}

/* What the hub knows better than the last message: silence, and why. */
static void
refresh(struct watched *watched)
{
    struct ft_live_host *host = host_of(watched);
    struct ft_hub_state state;

    if (!host)
        return;
    ft_hub_state(watched->hub, &state);
    if (state.phase == FT_HUB_GONE ||
        (state.phase == FT_HUB_CONNECTING && state.error.code))
        ft_live_gone(host, &state.error, state.ssh);
    else if (host->reach == FT_LIVE_ANSWERS)
        host->heard_ms = FT_MAX(host->heard_ms, state.heard_ns / FT_NS_PER_MS);
    else if (host->reach == FT_LIVE_GONE)
        host->reach = FT_LIVE_CONNECTING;
}

static void
refresh_all(struct ft_work_live *live)
{
    for (size_t i = 0; i < live->watched_count; i++)
        if (!live->watched[i]->left)
            refresh(live->watched[i]);
}

/* ---- the whole ---- */

void
ft_work_live_retry(struct ft_work_live *live)
{
    for (size_t i = 0; i < live->watched_count; i++)
        if (!live->watched[i]->left)
            ft_hub_retry(live->watched[i]->hub);
}

static int
open_all(struct ft_work_live *live, struct ft_work_fleet *fleet,
         struct ft_error *err)
{
    int rc = ft_work_known_hosts(live->work, &live->state, err);

    if (!rc)
        rc = ft_work_known_pairs(live->work, &live->state, err);
    if (!rc)
        rc = ft_hub_open(&live->hub, err);
    return rc ? rc : ft_work_live_watch_all(live, fleet, err);
}

int
ft_work_live_open(struct ft_work_fleet *fleet,
                  const struct ft_work_live_wish *wish,
                  struct ft_work_live **out, struct ft_error *err)
{
    struct ft_work_live *live = calloc(1, sizeof(*live));
    int rc;

    *out = NULL;
    if (!live)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    live->work = fleet->work;
    live->wish = *wish;
    live->kept_ms = now_ms(); /* all is read below */
    live->known = ft_store_version(fleet->work->store);
    live->later = ft_later_new(fleet->work->store);
    live->recent = ft_recent_new();
    rc = live->later && live->recent
             ? open_all(live, fleet, err)
             : ft_fail(err, ENOMEM, NULL, "out of memory");
    if (rc)
        ft_work_live_close(live);
    else
        *out = live;
    return rc;
}

void
ft_work_live_close(struct ft_work_live *live)
{
    if (!live)
        return;
    if (live->later)
        ft_work_live_keep_last(live, now_ms());
    ft_hub_close(live->hub);
    ft_work_live_watch_none(live);
    ft_later_free(live->later);
    ft_live_pairs_free(live->keeping);
    ft_live_free(&live->state);
    ft_recent_free(live->recent);
    free(live);
}

int
ft_work_live_descriptor(const struct ft_work_live *live)
{
    return ft_hub_descriptor(live->hub);
}

/* The database gets what is new; the rows have it already. */
static void
flush(struct ft_work_live *live)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_work_live_keep(live, now_ms());
    if (ft_later_flush(live->later, ft_clock_ns(), &err))
        ft_work_detail(live->work, "not stored: %s", err.text);
}

size_t
ft_work_live_take(struct ft_work_live *live, int timeout_ms)
{
    struct ft_hub_message message;
    size_t taken = 0;

    while (taken < TAKE_MAX &&
           ft_hub_next(live->hub, taken ? 0 : timeout_ms, &message) == 1) {
        on_message(&message);
        json_decref(message.body);
        taken++;
    }
    for (size_t i = 0; i < live->watched_count; i++)
        if (!live->watched[i]->left)
            ask_if_due(live->watched[i]);
    flush(live);
    return taken;
}

bool
ft_work_live_turned(struct ft_work_live *live)
{
    bool turned = live->turned;

    live->turned = false;
    return turned;
}

bool
ft_work_live_is_complete(const struct ft_work_live *live)
{
    for (size_t i = 0; i < live->state.host_count; i++)
        if (live->state.hosts[i].reach == FT_LIVE_CONNECTING)
            return false;
    return true;
}

const struct ft_live *
ft_work_live_state(struct ft_work_live *live)
{
    refresh_all(live);
    return &live->state;
}

json_t *
ft_work_live_pairs(struct ft_work_live *live)
{
    refresh_all(live);
    return ft_live_pair_rows(&live->state, now_ms(), ft_work_now_ms());
}

json_t *
ft_work_live_vms(struct ft_work_live *live, const json_t *pairs)
{
    refresh_all(live);
    return ft_live_vm_rows(&live->state, pairs, now_ms(), ft_work_now_ms());
}

json_t *
ft_work_live_hosts(struct ft_work_live *live)
{
    refresh_all(live);
    return ft_live_host_rows(&live->state, now_ms(), ft_work_now_ms());
}

const struct ft_recent *
ft_work_live_recent(const struct ft_work_live *live)
{
    return live->recent;
}
