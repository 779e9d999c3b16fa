/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/drift-watch.h"

#include <signal.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/child.h"
#include "virt/loop.h"
#include "worker/worker-drift.h"

#define SOON_MS 2000
#define PATIENCE_NS (20 * FT_NS_PER_S)
/* One that takes long is started less often, to take 1 part in so many; within bounds,
 * for drift is to be known within a minute. */
#define SHARE 10
#define REST_MAX_MS (INT64_C(2) * FT_DRIFT_EVERY_MS)

static struct {
    struct ft_child child;
    int timer;
    int64_t started_ns;
    bool killed;
    bool again; /* as soon as this one ends */
} looks = { .timer = -1 };

static void
on_end(void *opaque, pid_t pid, const char *how)
{
    int64_t took_ms = (ft_clock_ns() - looks.started_ns) / FT_NS_PER_MS;
    int64_t rest_ms = FT_MAX(took_ms * SHARE, FT_DRIFT_EVERY_MS);

    (void)opaque;
    (void)pid;
    if (looks.killed)
        ft_log(FT_LOG_WARN, "the look for drift hung and was ended (%s)", how);
    rest_ms = looks.again ? SOON_MS : FT_MIN(rest_ms, REST_MAX_MS);
    looks.again = false;
    ft_loop_timer_set(looks.timer, (int)rest_ms);
}

/* What does not end by a signal waits for a disk; no other one is started beside it. */
static void
look(void *opaque)
{
    static const char *const argv[] = { "ftengine", "drift", NULL };

    (void)opaque;
    if (looks.child.pid) {
        if (ft_clock_ns() - looks.started_ns > PATIENCE_NS && !looks.killed) {
            looks.killed = true;
            kill(looks.child.pid, SIGKILL);
        }
        return;
    }
    looks.killed = false;
    looks.started_ns = ft_clock_ns();
    /* until it ends the timer is there to end it */
    ft_loop_timer_set(looks.timer, FT_DRIFT_EVERY_MS);
    if (ft_child_start(&looks.child, argv, true))
        ft_log(FT_LOG_WARN, "cannot look for drift: no process");
}

void
ft_drift_watch_soon(void)
{
    if (looks.child.pid)
        looks.again = true;
    else
        ft_loop_timer_set(looks.timer, SOON_MS);
}

int
ft_drift_watch_open(struct ft_error *err)
{
    looks.child = FT_CHILD_INIT(on_end, NULL);
    looks.timer = ft_loop_timer(look, NULL);
    if (looks.timer < 0)
        return ft_fail(err, ENOMEM, NULL, "cannot make a timer");
    ft_drift_watch_soon();
    return 0;
}
