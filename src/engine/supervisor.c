/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/supervisor.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/paths.h"
#include "engine/events.h"
#include "engine/newcomers.h"
#include "engine/supervisor-private.h"
#include "virt/loop.h"
#include "worker/channel.h"
#include "worker/pair-store.h"

#define REATTACH_MS 700 /* for workers that outlived a daemon */

static bool draining; /* no copy is to wait on this host */

/* What it would say itself, were it not for the disk. */
static void
tell_slow_disk(struct ft_supervised *w)
{
    FT_AUTOJSON json_t *problem = NULL;
    struct ft_error err = FT_ERROR_INIT;

    ft_fail(&err, ETIMEDOUT, "Look at that disk; nothing is ended meanwhile.",
            "the disk of " FT_STATE_FOLDER
            " does not take the record of %s: its "
            "worker waits",
            w->vm);
    ft_events_note("crit", "state-not-written", w->pair, w->vm, err.text);
    problem = ft_json_from_error(&err);
    ft_board_problem(w->board, problem);
}

static void
end_hanging(struct ft_supervised *w, int64_t now)
{
    ft_log(FT_LOG_ERROR, "worker %d of %s hangs: ending it", (int)w->child.pid,
           w->vm);
    ft_life_begin(&w->life, now);
    kill(w->child.pid, SIGKILL);
}

/* A hung worker's gate stays shut until the next one opens it. */
static void
check_signs_of_life(void *opaque)
{
    int64_t now = ft_clock_ns();
    static int64_t last_check;
    int starved = last_check && now - last_check > 3 * FT_NS_PER_S;
    size_t i;

    (void)opaque;
    last_check = now;
    for (i = 0; i < FT_PAIRS_MAX; i++) {
        struct ft_supervised *w = ft_supervised_at(i);

        if (!w || !w->child.pid)
            continue;
        if (starved)
            w->life.spoke_ns = now;
        switch (ft_life_judge(&w->life, now)) {
        case FT_LIFE_HANGS:
            end_hanging(w, now);
            break;
        case FT_LIFE_SLOW_DISK:
            tell_slow_disk(w);
            break;
        case FT_LIFE_FINE:
            break;
        }
    }
}

/* The daemon died between the steps of ft_pair_forget: then the rest is done. */
static int
is_half_forgotten(const char *pair)
{
    struct ft_pair_config config;
    struct ft_error err = FT_ERROR_INIT;

    if (ft_pair_load(pair, &config, NULL) != -ENOENT)
        return 0;
    ft_log(FT_LOG_WARN, "pair %s has no configuration: it is forgotten", pair);
    if (ft_pair_forget(pair, &err))
        ft_log_error(&err, "unprotect");
    return 1;
}

int
ft_supervisor_open(struct ft_error *err)
{
    FT_AUTOJSON json_t *pairs = ft_pair_list();
    int rc = ft_newcomers_listen(FT_WORKER_SOCKET, ft_supervised_adopt);
    json_t *pair;
    size_t i;

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "cannot listen on %s: %s",
                       FT_WORKER_SOCKET, strerror(-rc));
    ft_loop_timer_set(ft_loop_timer(check_signs_of_life, NULL), 1000);
    json_array_foreach(pairs, i, pair) {
        struct ft_supervised *w;

        if (is_half_forgotten(json_string_value(pair)))
            continue;
        w = ft_supervised_new(json_string_value(pair));
        if (!w)
            return ft_fail(err, ENOMEM, NULL, "too many pairs");
        ft_loop_timer_set(w->restart_timer, REATTACH_MS);
    }
    return 0;
}

int
ft_supervisor_start(const char *pair, struct ft_error *err)
{
    struct ft_supervised *w = ft_supervised_find(pair);

    if (!w && !(w = ft_supervised_new(pair)))
        return ft_fail(err, ENOMEM, NULL, "no room for another pair");
    w->crashes.n = w->give_up = 0;
    ft_supervised_wake(w);
    return 0;
}

void
ft_supervisor_restart(const char *pair)
{
    struct ft_supervised *w = ft_supervised_find(pair);

    if (!w || !w->child.pid)
        return;
    if (w->ending == FT_ENDING_CRASH)
        w->ending = FT_ENDING_AGAIN;
    kill(w->child.pid, SIGTERM);
}

int
ft_supervisor_replace(const char *pair, bool *replaced, struct ft_error *err)
{
    struct ft_supervised *w = ft_supervised_find(pair);

    *replaced = false;
    if (!w)
        return ft_fail(err, ENOENT, NULL, "no pair %s on this host", pair);
    if (!w->child.pid || !w->older)
        return 0;
    if (w->life.takes_over)
        return ft_fail(err, EBUSY, "Try again in a moment.",
                       "%s is being taken over by this host", w->vm);
    ft_events_note("info", "worker-replaced", w->pair, w->vm,
                   "the worker of before the upgrade is replaced; the copy is "
                   "filled anew");
    ft_supervisor_restart(pair);
    *replaced = true;
    return 0;
}

int
ft_supervisor_forward(const char *pair, const char *verb, const json_t *args,
                      struct ft_request request, struct ft_error *err)
{
    struct ft_supervised *w = ft_supervised_find(pair);
    json_t *message;

    if (!w)
        return ft_fail(err, ENOENT, NULL, "no pair %s on this host", pair);
    if (w->channel < 0 && w->waiting)
        return ft_fail(err, EAGAIN, "Try again in a moment.",
                       "the worker of %s is being started", w->vm);
    if (!strcmp(verb, "remove"))
        w->removal = request;
    message =
        json_pack("{s:s,s:O?,s:I,s:I}", "verb", verb, "args", args, "client",
                  (json_int_t)request.client, "id", (json_int_t)request.id);
    if (w->channel < 0) {
        w->waiting = message;
        ft_supervised_wake(w);
        return 0;
    }
    return ft_supervised_hand_over(w, message)
               ? ft_fail(err, EAGAIN, "Try again in a moment.",
                         "the worker of %s does not listen", w->vm)
               : 0;
}

int
ft_supervisor_pass_link(const char *pair, int fd)
{
    struct ft_supervised *w = ft_supervised_find(pair);

    if (!w || w->channel < 0)
        return -ENOENT;
    return ft_channel_send(w->channel, json_pack("{s:b}", "link", 1), fd);
}

int
ft_supervisor_running(const char *pair)
{
    struct ft_supervised *w = ft_supervised_find(pair);

    return w && w->channel >= 0;
}

bool
ft_supervisor_takes_over(const char *pair)
{
    const struct ft_supervised *w = ft_supervised_find(pair);

    return w && w->child.pid && w->life.takes_over;
}

unsigned
ft_supervisor_drain(bool on)
{
    unsigned copies = 0;

    if (on && !draining)
        ft_log(FT_LOG_INFO, "the host goes down: no copy is to wait here");
    draining = on;
    for (size_t i = 0; i < FT_PAIRS_MAX; i++) {
        struct ft_supervised *w = ft_supervised_at(i);

        if (!w)
            continue;
        if (!on && w->ending == FT_ENDING_DRAINED)
            ft_supervised_wake(w);
        copies += !ft_ending_rests(w->ending) && !w->primary;
    }
    return copies;
}

bool
ft_supervisor_draining(void)
{
    return draining;
}
