/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker and the daemon tell each other (supervisor.h). */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/events.h"
#include "engine/program.h"
#include "engine/supervisor-private.h"
#include "virt/loop.h"
#include "worker/channel.h"
#include "worker/pair-store.h"

void
ft_supervised_hang_up(struct ft_supervised *w)
{
    ft_loop_unwatch(w->channel_watch);
    if (w->channel >= 0)
        close(w->channel);
    w->channel = w->channel_watch = -1;
}

static void
answer(struct ft_supervised *w, const json_t *message)
{
    if ((uint64_t)ft_json_int(message, "reply", 0, INT64_MAX, 0) ==
            w->removal.client &&
        ft_json_int(message, "id", 0, INT64_MAX, 0) == w->removal.id)
        w->removal.client = 0; /* it failed */
    ft_owed_reply(&w->owed, message);
}

/* At each of its words, until it ends: nobody waits for an answer. */
static void
drain_copy(struct ft_supervised *w, const json_t *status)
{
    w->primary = !strcmp(ft_json_string(status, "role", ""), "primary");
    if (ft_supervisor_draining() && !w->primary && w->channel >= 0 &&
        !w->removal.client) /* it ends by that, and is asked for more */
        ft_channel_send(w->channel, json_pack("{s:s}", "verb", "drain"), -1);
}

static void
handle_message(struct ft_supervised *w, json_t *message)
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

void
ft_supervised_hear(int fd, void *opaque)
{
    struct ft_supervised *w = opaque;

    for (;;) {
        FT_AUTOJSON json_t *message = NULL;
        FT_AUTOCLOSE int passed = -1;
        int rc = ft_channel_receive(fd, &message, &passed);

        if (rc == -EAGAIN)
            return;
        if (rc) {
            ft_supervised_hang_up(w);
            return;
        }
        handle_message(w, message);
    }
}

/* A request, to a worker that listens; stolen. */
int
ft_supervised_hand_over(struct ft_supervised *w, json_t *message)
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
void
ft_supervised_adopt(int fd, const json_t *message)
{
    const char *pair = ft_json_string(message, "worker", "");
    pid_t pid = ft_json_int(message, "pid", 1, INT32_MAX, 0);
    struct ft_supervised *w =
        ft_uuid_valid(pair) ? ft_supervised_find(pair) : NULL;

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
    w->channel_watch = ft_loop_watch(fd, ft_supervised_hear, w);
    if (w->waiting)
        ft_supervised_hand_over(w, FT_STEAL(w->waiting));
}
