/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a pair's worker: started, started again, forgotten. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/drift-watch.h"
#include "engine/events.h"
#include "engine/maintenance.h"
#include "engine/supervisor-private.h"
#include "virt/loop.h"
#include "worker/pair-store.h"

static struct ft_supervised *workers[FT_PAIRS_MAX];

struct ft_supervised *
ft_supervised_at(size_t slot)
{
    return workers[slot];
}

struct ft_supervised *
ft_supervised_find(const char *pair)
{
    size_t i;

    for (i = 0; i < FT_PAIRS_MAX; i++)
        if (workers[i] && !strcasecmp(workers[i]->pair, pair))
            return workers[i];
    return NULL;
}

static void
worker_free(struct ft_supervised *w)
{
    size_t i;

    for (i = 0; i < FT_PAIRS_MAX; i++)
        if (workers[i] == w)
            workers[i] = NULL;
    ft_supervised_hang_up(w);
    ft_child_forget(&w->child);
    ft_board_remove(w->board);
    ft_loop_timer_free(w->restart_timer);
    json_decref(w->waiting);
    json_decref(w->farewell);
    free(w);
}

static void
spawn(struct ft_supervised *w)
{
    const char *argv[] = { "ftengine",
                           "worker",
                           "--pair",
                           w->pair,
                           w->give_up ? "--give-up" : NULL,
                           NULL };
    int rc;

    ft_loop_timer_set(w->restart_timer, -1);
    if (w->child.pid || ft_ending_rests(w->ending))
        return;
    w->ending = FT_ENDING_CRASH;
    w->primary = false;
    ft_life_begin(&w->life, ft_clock_ns());
    rc = ft_child_start(&w->child, argv, false);
    if (rc) {
        ft_log(FT_LOG_ERROR, "cannot start a worker: %s", strerror(-rc));
        ft_loop_timer_set(w->restart_timer, 1000);
        return;
    }
    w->give_up = 0; /* decided anew at the next crash */
    ft_board_worker(w->board, w->child.pid, false);
    ft_drift_watch_soon();
    ft_log(FT_LOG_INFO, "worker %d started for %s", (int)w->child.pid, w->vm);
}

static void on_end(void *opaque, pid_t pid, const char *how);

static void
on_restart_timer(void *opaque)
{
    spawn(opaque);
}

struct ft_supervised *
ft_supervised_new(const char *pair)
{
    struct ft_pair_config config;
    struct ft_supervised *w;
    size_t slot = 0;

    while (slot < FT_PAIRS_MAX && workers[slot])
        slot++;
    if (slot == FT_PAIRS_MAX || !(w = calloc(1, sizeof(*w))))
        return NULL;
    w->board = ft_board_add(pair);
    if (!w->board) {
        free(w);
        return NULL;
    }
    snprintf(w->pair, sizeof(w->pair), "%s", pair);
    if (ft_pair_load(pair, &config, NULL) == 0)
        snprintf(w->vm, sizeof(w->vm), "%s", config.vm);
    w->channel = w->channel_watch = -1;
    w->child = FT_CHILD_INIT(on_end, w);
    w->restart_timer = ft_loop_timer(on_restart_timer, w);
    workers[slot] = w;
    return w;
}

static void
forget_pair(struct ft_supervised *w)
{
    struct ft_error err = FT_ERROR_INIT;

    FT_AUTOJSON json_t *farewell = FT_STEAL(w->farewell);
    struct ft_request removal = w->removal;
    struct ft_owed none = { .n = 0 };

    if (ft_pair_forget(w->pair, &err))
        ft_log_error(&err, "unprotect");
    worker_free(w);
    if (farewell)
        ft_owed_reply(&none, farewell);
    else if (removal.client)
        ft_control_reply(removal, NULL);
}

static void
after_crash(struct ft_supervised *w, const char *how)
{
    char text[256];
    int again_ms;

    w->give_up = ft_crashes_add(&w->crashes, ft_clock_ns(), &again_ms);
    snprintf(text, sizeof(text), "the worker ended unexpectedly (%s); %s", how,
             w->give_up ? "giving up: the VM goes on unprotected"
                        : "starting it again");
    ft_events_note(w->give_up ? "crit" : "warn", "worker-died", w->pair, w->vm,
                   text);
    ft_board_no_status(w->board, FT_BOARD_STARTING);
    ft_loop_timer_set(w->restart_timer, again_ms);
}

/* A removal is not among them: the next worker may go on with it. */
static void
fail_owed(struct ft_supervised *w)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_fail(&err, EAGAIN, "ftadmin status shows how it is; then ask again.",
            "the worker of %s ended before it had an answer", w->vm);
    ft_owed_fail(&w->owed, &err);
}

/* What one of another version said last is not what the next one begins with. */
static void
follow(struct ft_supervised *w, bool older)
{
    if (older)
        ft_board_no_status(w->board, FT_BOARD_STARTING);
    spawn(w);
}

static void
on_end(void *opaque, pid_t pid, const char *how)
{
    struct ft_supervised *w = opaque;
    bool older = w->older;

    if (w->channel >= 0)
        ft_supervised_hear(w->channel, w); /* its last words */
    ft_log(FT_LOG_INFO, "worker %d of %s: %s", (int)pid, w->vm, how);
    w->older = false;
    ft_board_worker(w->board, 0, false);
    ft_supervised_hang_up(w);
    fail_owed(w);
    switch (w->ending) {
    case FT_ENDING_CRASH:
        after_crash(w, how);
        break;
    case FT_ENDING_AGAIN:
        follow(w, older);
        break;
    case FT_ENDING_REMOVED:
        forget_pair(w);
        break;
    case FT_ENDING_GAVE_UP:
    case FT_ENDING_DRAINED:
        ft_board_no_status(w->board,
                           w->ending == FT_ENDING_GAVE_UP ? FT_BOARD_GAVE_UP
                           : ft_maintenance_is_on()       ? FT_BOARD_MAINTAINED
                                                          : FT_BOARD_DRAINED);
        break;
    }
}

/* It is asked for: then it does not rest. */
void
ft_supervised_wake(struct ft_supervised *w)
{
    if (ft_ending_rests(w->ending))
        w->ending = FT_ENDING_CRASH;
    if (!w->child.pid)
        spawn(w);
}
