/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes wrong, what an administrator does, and how all is healed. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sim.h"

const char *const ft_sim_fault_names[] = {
    "host crash",
    "worker crash",
    "QEMU crash",
    "cut",
    "one-way cut",
    "witness down",
    "pause",
    "worker crash at an action",
    "host crash at an action",
    "resync",
    "switchover",
    "guest off",
    "loss",
    "",
    "unprotect",
    "witness set back",
    "host lost for good",
    "disk full",
    "host frozen",
    "QEMU frozen",
    "start by hand",
    "away",
    "unprotect without it",
};

int
ft_sim_primary(const struct world *w)
{
    for (int i = 0; i < 2; i++)
        if (w->host[i].vm.mode == FT_VM_RUNNING)
            return i;
    return w->host[0].stable.role == FT_ROLE_PRIMARY ? 0 : 1;
}

static void
tell(struct world *w, int side, enum ft_ownership_event_kind kind)
{
    struct ft_ownership_event event = { .kind = kind };

    ft_sim_event(w, side, &event);
}

static void
cut(struct world *w, bool both)
{
    int from = (int)ft_sim_random(w, 3);
    int to = (from + 1 + (int)ft_sim_random(w, 2)) % 3;
    struct item *item;

    w->cut[from][to] = true;
    if (both)
        w->cut[to][from] = true;
    ft_sim_trace(w, "cut %d -> %d%s", from, to, both ? " and back" : "");
    item = ft_sim_push(w, w->now + ft_sim_delay(w, 30 * MS, 4 * SECOND), W_HEAL,
                       from);
    item->fault = to;
}

/* A pause in a pause may lengthen it, and never ends it. */
void
ft_sim_pause_until(struct worker *worker, int64_t until)
{
    if (until > worker->paused_until)
        worker->paused_until = until;
}

static void
pause_worker(struct world *w, int side)
{
    struct worker *worker = &w->host[side].worker;

    if (!worker->alive || worker->paused_until > w->now)
        return;
    ft_sim_pause_until(worker, w->now + ft_sim_delay(w, 30 * MS, 1500 * MS));
    ft_sim_push(w, worker->paused_until, W_UNPAUSE, side)->life = worker->life;
}

static void
guest_off(struct world *w, int side)
{
    struct host *host = &w->host[side];

    if (host->vm.mode != FT_VM_RUNNING || !host->worker.alive)
        return;
    host->vm.mode = FT_VM_OFF;
    host->vm.held_count = 0;
    host->worker.committing = host->worker.final = false;
    tell(w, side, FT_EVENT_VM_OFF);
}

static void
qemu_crash(struct world *w, int side)
{
    struct host *host = &w->host[side];

    if (!host->up || host->vm.mode == FT_VM_GONE || host->vm.mode == FT_VM_OFF)
        return;
    host->vm.mode = FT_VM_GONE;
    host->vm.held_count = 0;
    host->vm.gate_open = false;
    ft_sim_excuse_owner(w, side);
    tell(w, side, FT_EVENT_VM_GONE);
}

/* A side finds that what it holds or sends is not usable. */
static void
resync(struct world *w, int side)
{
    struct host *host = &w->host[side];

    tell(w, side, FT_EVENT_SYNC_FAILED);
    if (host->worker.alive && host->worker.own.phase == FT_PHASE_IDLE)
        host->held = host->acked = 0;
    ft_sim_excuse(w);
}

static void
crash_soon(struct world *w, bool host)
{
    w->crash_in = 1 + (unsigned)ft_sim_random(w, 30);
    w->crash_host = host;
}

void
ft_sim_inject(struct world *w, enum fault fault, int side)
{
    ft_sim_trace(w, "--- fault: %s, h%d", ft_sim_fault_names[fault], side);
    switch (fault) {
    case HOST_CRASH:
        ft_sim_host_crash(w, side);
        ft_sim_push(w, w->now + ft_sim_delay(w, 500 * MS, 5 * SECOND), W_REBOOT,
                    side);
        return;
    case WORKER_CRASH:
        ft_sim_worker_crash(w, side);
        return;
    case QEMU_CRASH:
        qemu_crash(w, side);
        return;
    case CUT:
    case CUT_ONE_WAY:
        cut(w, fault == CUT);
        return;
    case WITNESS_DOWN:
        w->witness_up = false;
        ft_sim_push(w, w->now + ft_sim_delay(w, 50 * MS, 4 * SECOND),
                    W_WITNESS_UP, 0);
        return;
    case PAUSE:
        pause_worker(w, side);
        return;
    case CRASH_AT_ACTION:
    case HOST_CRASH_AT_ACTION:
        crash_soon(w, fault == HOST_CRASH_AT_ACTION);
        return;
    case RESYNC:
        resync(w, side);
        return;
    case SWITCHOVER:
        tell(w, side, FT_EVENT_SWITCHOVER);
        return;
    case GUEST_OFF:
        guest_off(w, side);
        return;
    case LOSS:
        w->loss = true;
        return;
    case UNPROTECT:
        tell(w, side, FT_EVENT_UNPROTECT);
        return;
    default:
        ft_sim_more_trouble(w, fault, side);
        return;
    }
}

/* What an administrator and time do: everything works again. */
void
ft_sim_heal(struct world *w)
{
    w->healed = true;
    w->calm = true;
    w->loss = false;
    w->witness_up = true;
    w->crash_in = 0;
    memset(w->cut, 0, sizeof(w->cut));
    ft_sim_trace(w, "--- everything is healed");
    for (int i = 0; i < 2; i++) {
        struct host *host = &w->host[i];

        if (!host->up && !host->lost)
            ft_sim_push(w, w->now + 500 * MS, W_REBOOT, i);
        if (host->worker.alive && host->worker.daemon_only)
            ft_sim_worker_crash(w, i);
        ft_sim_push(w, w->now + 2500 * MS, W_BOOT_GUEST, i);
    }
}

/* The administrator starts a guest that was shut down. */
void
ft_sim_boot_guest(struct world *w, int side)
{
    struct host *host = &w->host[side];

    if (!host->up || !host->worker.alive ||
        host->worker.own.role != FT_ROLE_PRIMARY ||
        host->worker.own.vm != FT_VM_OFF)
        return;
    host->off = false;
    if (ft_sim_chance(w, 500)) {
        tell(w, side, FT_EVENT_START_ASKED);
        return;
    }
    host->vm.mode = FT_VM_RUNNING;
    /* a new QEMU has no gate; the worker, told at once, adds it if need be */
    host->vm.gate_open = !host->stable.peer_may_take_over;
    tell(w, side, FT_EVENT_VM_STARTED);
}
