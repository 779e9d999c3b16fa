/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/supervisor.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/paths.h"
#include "engine/board.h"
#include "engine/child.h"
#include "engine/ending.h"
#include "engine/events.h"
#include "engine/followers.h"
#include "engine/life.h"
#include "engine/newcomers.h"
#include "engine/owed.h"
#include "engine/program.h"
#include "virt/loop.h"
#include "worker/channel.h"
#include "worker/pair-store.h"

#define WORKERS_MAX FT_PAIRS_MAX
#define REATTACH_MS 700 /* for workers that outlived a daemon */

struct worker {
    char pair[37], vm[128];
    struct ft_child child;
    int channel, channel_watch;
    int restart_timer;
    struct ft_life life;
    enum ft_ending ending; /* what its "bye" announced */
    struct ft_crashes crashes;
    int give_up;  /* the next worker is to open the gate */
    bool primary; /* by its last status */
    bool older;   /* its program is not ours: it outlived an upgrade */
    struct ft_board_pair *board; /* what is known of the pair */
    json_t *waiting;             /* a request for a worker that starts */
    struct ft_owed owed;         /* of those that it has, but for a removal */
    json_t *farewell;            /* the answer to a removal, for its end */
    struct ft_request removal;   /* who asked for one; it may end by itself */
};

static struct worker *workers[WORKERS_MAX];
static bool draining; /* no copy is to wait on this host */

static struct worker *
find(const char *pair)
{
    size_t i;

    for (i = 0; i < WORKERS_MAX; i++)
        if (workers[i] && !strcasecmp(workers[i]->pair, pair))
            return workers[i];
    return NULL;
}

static void
drop_channel(struct worker *w)
{
    ft_loop_unwatch(w->channel_watch);
    if (w->channel >= 0)
        close(w->channel);
    w->channel = w->channel_watch = -1;
}

static void
worker_free(struct worker *w)
{
    size_t i;

    for (i = 0; i < WORKERS_MAX; i++)
        if (workers[i] == w)
            workers[i] = NULL;
    drop_channel(w);
    ft_child_forget(&w->child);
    ft_board_remove(w->board);
    ft_loop_timer_free(w->restart_timer);
    json_decref(w->waiting);
    json_decref(w->farewell);
    free(w);
}

static void
spawn(struct worker *w)
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
    ft_log(FT_LOG_INFO, "worker %d started for %s", (int)w->child.pid, w->vm);
}

static void on_end(void *opaque, pid_t pid, const char *how);

static void
on_restart_timer(void *opaque)
{
    spawn(opaque);
}

static struct worker *
worker_new(const char *pair)
{
    struct ft_pair_config config;
    struct worker *w;
    size_t slot = 0;

    while (slot < WORKERS_MAX && workers[slot])
        slot++;
    if (slot == WORKERS_MAX || !(w = calloc(1, sizeof(*w))))
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
forget_pair(struct worker *w)
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
after_crash(struct worker *w, const char *how)
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
fail_owed(struct worker *w)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_fail(&err, EAGAIN, "ftadmin status shows how it is; then ask again.",
            "the worker of %s ended before it had an answer", w->vm);
    ft_owed_fail(&w->owed, &err);
}

static void on_channel(int fd, void *opaque);

/* What one of another version said last is not what the next one begins with. */
static void
follow(struct worker *w, bool older)
{
    if (older)
        ft_board_no_status(w->board, FT_BOARD_STARTING);
    spawn(w);
}

static void
on_end(void *opaque, pid_t pid, const char *how)
{
    struct worker *w = opaque;
    bool older = w->older;

    if (w->channel >= 0)
        on_channel(w->channel, w); /* its last words */
    ft_log(FT_LOG_INFO, "worker %d of %s: %s", (int)pid, w->vm, how);
    w->older = false;
    ft_board_worker(w->board, 0, false);
    drop_channel(w);
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
        ft_board_no_status(w->board, w->ending == FT_ENDING_GAVE_UP
                                         ? FT_BOARD_GAVE_UP
                                         : FT_BOARD_DRAINED);
        break;
    }
}

static void
answer(struct worker *w, const json_t *message)
{
    if ((uint64_t)ft_json_int(message, "reply", 0, INT64_MAX, 0) ==
            w->removal.client &&
        ft_json_int(message, "id", 0, INT64_MAX, 0) == w->removal.id)
        w->removal.client = 0; /* it failed */
    ft_owed_reply(&w->owed, message);
}

/* At each of its words, until it ends: nobody waits for an answer. */
static void
drain_copy(struct worker *w, const json_t *status)
{
    w->primary = !strcmp(ft_json_string(status, "role", ""), "primary");
    if (draining && !w->primary && w->channel >= 0)
        ft_channel_send(w->channel, json_pack("{s:s}", "verb", "drain"), -1);
}

static void
handle_message(struct worker *w, json_t *message)
{
    json_t *status = json_object_get(message, "status");
    const json_t *sample = json_object_get(message, "sample");
    json_t *event = json_object_get(message, "event");
    const json_t *problem = json_object_get(message, "problem");
    const char *bye = ft_json_string(message, "bye", NULL);

    ft_life_heard(&w->life, ft_clock_ns(), message);
    ft_board_spoke(w->board);
    if (status) {
        ft_board_status(w->board, status);
        drain_copy(w, status);
    }
    if (problem)
        ft_board_problem(w->board, problem);
    if (sample)
        ft_board_sample(w->board, sample);
    if (event)
        ft_events_add(json_incref(event));
    if (json_object_get(message, "reply") && w->ending == FT_ENDING_REMOVED)
        w->farewell = json_incref(message);
    else if (json_object_get(message, "reply"))
        answer(w, message);
    if (bye)
        w->ending = ft_ending_of(bye);
}

static void
on_channel(int fd, void *opaque)
{
    struct worker *w = opaque;

    for (;;) {
        FT_AUTOJSON json_t *message = NULL;
        FT_AUTOCLOSE int passed = -1;
        int rc = ft_channel_receive(fd, &message, &passed);

        if (rc == -EAGAIN)
            return;
        if (rc) {
            drop_channel(w);
            return;
        }
        handle_message(w, message);
    }
}

/* A request, to a worker that listens; stolen. */
static int
hand_over(struct worker *w, json_t *message)
{
    struct ft_request request = {
        ft_json_int(message, "client", 0, INT64_MAX, 0),
        ft_json_int(message, "id", 0, INT64_MAX, 0),
    };

    bool removal = !strcmp(ft_json_string(message, "verb", ""), "remove");
    int rc;

    if (!removal && w->owed.n == FT_OWED_MAX) {
        json_decref(message);
        return -EBUSY;
    }
    rc = ft_channel_send(w->channel, message, -1);
    if (!rc && !removal)
        ft_owed_add(&w->owed, request);
    return rc;
}

/* A worker's first message names its pair. */
static void
adopt(int fd, const json_t *message)
{
    const char *pair = ft_json_string(message, "worker", "");
    pid_t pid = ft_json_int(message, "pid", 1, INT32_MAX, 0);
    struct worker *w = ft_uuid_valid(pair) ? find(pair) : NULL;

    if (!w || (w->child.pid && w->child.pid != pid) || w->channel >= 0) {
        close(fd);
        return;
    }
    if (!w->child.pid) {
        ft_child_adopt(&w->child, pid);
        w->older = ft_program_differs(pid);
        ft_board_worker(w->board, pid, w->older);
        ft_log(FT_LOG_INFO, "worker %d of %s is still there%s", (int)pid, w->vm,
               w->older ? ", and is another version" : "");
    }
    ft_loop_timer_set(w->restart_timer, -1);
    ft_life_begin(&w->life, ft_clock_ns());
    w->channel = fd;
    w->channel_watch = ft_loop_watch(fd, on_channel, w);
    if (w->waiting)
        hand_over(w, FT_STEAL(w->waiting));
}

/* What it would say itself, were it not for the disk. */
static void
tell_slow_disk(struct worker *w)
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
end_hanging(struct worker *w, int64_t now)
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
    for (i = 0; i < WORKERS_MAX; i++) {
        struct worker *w = workers[i];

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
    int rc = ft_newcomers_listen(FT_WORKER_SOCKET, adopt);
    json_t *pair;
    size_t i;

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "cannot listen on %s: %s",
                       FT_WORKER_SOCKET, strerror(-rc));
    ft_loop_timer_set(ft_loop_timer(check_signs_of_life, NULL), 1000);
    json_array_foreach(pairs, i, pair) {
        struct worker *w;

        if (is_half_forgotten(json_string_value(pair)))
            continue;
        w = worker_new(json_string_value(pair));
        if (!w)
            return ft_fail(err, ENOMEM, NULL, "too many pairs");
        ft_loop_timer_set(w->restart_timer, REATTACH_MS);
    }
    return 0;
}

/* It is asked for: then it does not rest. */
static void
wake(struct worker *w)
{
    if (ft_ending_rests(w->ending))
        w->ending = FT_ENDING_CRASH;
    if (!w->child.pid)
        spawn(w);
}

int
ft_supervisor_start(const char *pair, struct ft_error *err)
{
    struct worker *w = find(pair);

    if (!w && !(w = worker_new(pair)))
        return ft_fail(err, ENOMEM, NULL, "no room for another pair");
    w->crashes.n = w->give_up = 0;
    wake(w);
    return 0;
}

void
ft_supervisor_restart(const char *pair)
{
    struct worker *w = find(pair);

    if (!w || !w->child.pid)
        return;
    if (w->ending == FT_ENDING_CRASH)
        w->ending = FT_ENDING_AGAIN;
    kill(w->child.pid, SIGTERM);
}

int
ft_supervisor_replace(const char *pair, bool *replaced, struct ft_error *err)
{
    struct worker *w = find(pair);

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
    struct worker *w = find(pair);
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
        wake(w);
        return 0;
    }
    return hand_over(w, message)
               ? ft_fail(err, EAGAIN, "Try again in a moment.",
                         "the worker of %s does not listen", w->vm)
               : 0;
}

int
ft_supervisor_pass_link(const char *pair, int fd)
{
    struct worker *w = find(pair);

    if (!w || w->channel < 0)
        return -ENOENT;
    return ft_channel_send(w->channel, json_pack("{s:b}", "link", 1), fd);
}

int
ft_supervisor_running(const char *pair)
{
    struct worker *w = find(pair);

    return w && w->channel >= 0;
}

bool
ft_supervisor_takes_over(const char *pair)
{
    const struct worker *w = find(pair);

    return w && w->child.pid && w->life.takes_over;
}

unsigned
ft_supervisor_drain(bool on)
{
    unsigned copies = 0;

    if (on && !draining)
        ft_log(FT_LOG_INFO, "the host goes down: no copy is to wait here");
    draining = on;
    for (size_t i = 0; i < WORKERS_MAX; i++) {
        struct worker *w = workers[i];

        if (!w)
            continue;
        if (!on && w->ending == FT_ENDING_DRAINED)
            wake(w);
        copies += !ft_ending_rests(w->ending) && !w->primary;
    }
    return copies;
}

bool
ft_supervisor_draining(void)
{
    return draining;
}
