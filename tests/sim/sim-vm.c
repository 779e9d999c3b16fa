/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guests and their output, checkpoints, and what the machine's actions do. */
#include "config.h"

#include <string.h>

#include "sim.h"

static void
release_until(struct world *w, int side, uint64_t epoch)
{
    struct vm *vm = &w->host[side].vm;
    unsigned n = 0;

    while (n < vm->held_count &&
           (epoch == UINT64_MAX ||
            (vm->held[n].epoch && vm->held[n].epoch <= epoch)))
        ft_sim_release(w, side, vm->held[n++].state);
    memmove(vm->held, vm->held + n, (vm->held_count - n) * sizeof(*vm->held));
    vm->held_count -= n;
}

void
ft_sim_guest(struct world *w, int side)
{
    struct host *host = &w->host[side];
    struct vm *vm = &host->vm;

    ft_sim_push(w, w->now + ft_sim_delay(w, 10 * MS, 40 * MS), W_GUEST, side);
    if (!host->up || vm->mode != FT_VM_RUNNING || vm->frozen_until > w->now)
        return;
    w->spoke |= vm->gate_open && w->host[1 - side].lost &&
                host->worker.own.phase == FT_PHASE_ALONE;
    vm->state = ft_sim_state(w, vm->state);
    if (vm->gate_open)
        ft_sim_release(w, side, vm->state);
    else if (vm->held_count < OUTPUTS)
        vm->held[vm->held_count++] = (struct output){ vm->state, 0 };
}

void
ft_sim_kill_vm(struct host *host)
{
    host->vm.mode = FT_VM_GONE;
    host->vm.held_count = 0;
    host->vm.gate_open = false;
    host->waiting = false;
    host->held = host->acked = 0;
}

/* --- checkpoints -------------------------------------------------------- */

static void
plan_checkpoint(struct world *w, int side, int64_t in)
{
    struct item *item = ft_sim_push(w, w->now + in, W_CHECKPOINT, side);

    item->life = w->host[side].worker.life;
    item->session = w->host[side].worker.session;
    item->event.epoch = w->host[side].worker.sync;
}

void
ft_sim_checkpoint(struct world *w, const struct item *item)
{
    struct host *host = &w->host[item->side];
    struct worker *worker = &host->worker;
    struct ft_ownership_event event = { .kind = FT_EVENT_EPOCH_HELD };

    if (!worker->committing || worker->session != item->session ||
        worker->sync != item->event.epoch || !worker->session)
        return;
    plan_checkpoint(w, item->side, ft_sim_delay(w, 20 * MS, 60 * MS));
    if (worker->unacked || host->vm.mode != FT_VM_RUNNING ||
        host->vm.frozen_until > w->now)
        return;
    event.epoch = ++worker->epoch;
    worker->unacked = true;
    for (unsigned i = 0; i < host->vm.held_count; i++)
        if (!host->vm.held[i].epoch)
            host->vm.held[i].epoch = event.epoch;
    if (worker->final)
        host->vm.mode = FT_VM_STOPPED;
    ft_sim_send(w, item->side, F_EPOCH, &event, host->vm.state);
}

static void
end_epochs(struct worker *worker)
{
    worker->committing = worker->final = worker->unacked = false;
}

static void
start_sync(struct world *w, int side)
{
    struct worker *worker = &w->host[side].worker;
    struct item *item;

    end_epochs(worker);
    worker->epoch = 0;
    worker->sync++;
    for (unsigned i = 0; i < w->host[side].vm.held_count; i++)
        w->host[side].vm.held[i].epoch = 0;
    ft_sim_send(w, side, F_SYNC, NULL, 0);
    item = ft_sim_push(w,
                       w->now + (ft_sim_chance(w, 200)
                                     ? ft_sim_delay(w, 0, 5 * MS)
                                     : ft_sim_delay(w, 50 * MS, 500 * MS)),
                       W_SYNCED, side);
    item->life = worker->life;
    item->session = worker->session;
    item->event.kind = FT_EVENT_SYNC_DONE;
    item->event.epoch = worker->sync;
}

/* --- actions ------------------------------------------------------------ */

static void
persist(struct world *w, int side, const struct ft_ownership_record *record)
{
    struct host *host = &w->host[side];

    if (record->generation < host->stable.generation &&
        record->role == FT_ROLE_PRIMARY)
        ft_sim_fail(w, "h%d: generation went back from %lu to %lu", side,
                    (unsigned long)host->stable.generation,
                    (unsigned long)record->generation);
    host->stable = *record;
    host->off |= record->off;
    ft_sim_trace(w, "h%d: generation %lu of h%d, %s%s", side,
                 (unsigned long)record->generation, record->owner,
                 ft_role_name(record->role),
                 record->peer_may_take_over ? ", peer may take over" : "");
}

/* A primary's own VM, stopped by it, goes on. */
static void
go_on(struct world *w, int side)
{
    struct host *host = &w->host[side];
    struct item *item;

    if (host->stable.unrun)
        ft_sim_fail(w, "h%d runs before its record says so", side);
    host->worker.final = false;
    if (host->vm.mode != FT_VM_STOPPED)
        return;
    if (w->calm || !ft_sim_chance(w, 100)) {
        host->vm.mode = FT_VM_RUNNING;
        return;
    }
    item = ft_sim_push(w, w->now + ft_sim_delay(w, 0, 5 * MS), W_RESUMED, side);
    item->life = host->worker.life;
    item->event.kind = FT_EVENT_RESUME_FAILED;
}

static void
load(struct world *w, int side)
{
    struct host *host = &w->host[side];
    struct item *item;

    if (host->stable.role != FT_ROLE_PRIMARY)
        ft_sim_fail(w, "h%d loads before its record says so", side);
    if (!host->acked)
        ft_sim_fail(w, "h%d loads nothing", side);
    item = ft_sim_push(w, w->now + ft_sim_delay(w, 5 * MS, 50 * MS), W_LOADED,
                       side);
    item->life = host->worker.life;
    if (!w->calm && ft_sim_chance(w, 30)) { /* worker and copy together */
        item->what = W_LOAD_DIES;
        return;
    }
    item->state = host->acked; /* nothing acknowledged later is in it */
    item->event.kind = !w->calm && ft_sim_chance(w, 50) ? FT_EVENT_RESUME_FAILED
                                                        : FT_EVENT_LOADED;
}

void
ft_sim_loaded(struct world *w, const struct item *item)
{
    struct host *host = &w->host[item->side];

    host->waiting = false;
    if (item->event.kind == FT_EVENT_LOADED) {
        host->vm.mode = FT_VM_STOPPED;
        host->vm.state = item->state;
        host->vm.gate_open = false;
        host->vm.held_count = 0;
        w->host[0].off = w->host[1].off = false;
        w->takeovers++;
    }
    host->held = host->acked = 0;
    if (item->event.kind == FT_EVENT_RESUME_FAILED)
        ft_sim_excuse(w);
}

/*
 * What was loaded runs, whatever libvirt answers: an answer that is lost is an
 * error, and comes after a while.
 */
static void
run_loaded(struct world *w, int side)
{
    struct host *host = &w->host[side];
    bool lost = !w->calm && ft_sim_chance(w, 50);
    struct item *item;

    if (host->stable.unrun)
        ft_sim_fail(w, "h%d runs before its record says so", side);
    if (host->vm.mode == FT_VM_STOPPED) {
        host->vm.mode = FT_VM_RUNNING;
        host->vm.gate_open = true;
    }
    item = ft_sim_push(w,
                       w->now + (lost ? ft_sim_delay(w, 1 * MS, SECOND)
                                      : ft_sim_delay(w, 0, 5 * MS)),
                       W_RESUMED, side);
    item->life = host->worker.life;
    item->event.kind = lost ? FT_EVENT_RESUME_FAILED : FT_EVENT_RESUMED;
}

/* QEMU boots from this host's disks: all that ever ran here is on them. */
static void
start_vm(struct world *w, int side)
{
    struct item *item = ft_sim_push(w, w->now + ft_sim_delay(w, 20 * MS, SECOND),
                                    W_STARTED, side);

    item->life = w->host[side].worker.life;
    item->event.kind = !w->calm && ft_sim_chance(w, 100) ? FT_EVENT_START_FAILED
                                                         : FT_EVENT_VM_STARTED;
}

void
ft_sim_started(struct world *w, const struct item *item)
{
    struct host *host = &w->host[item->side];

    if (host->vm.mode != FT_VM_GONE && host->vm.mode != FT_VM_OFF)
        return; /* somebody else was first */
    if (host->stable.peer_may_take_over || host->stable.owner != item->side)
        ft_sim_fail(w, "h%d boots the VM and is not sole", item->side);
    if (host->off)
        ft_sim_fail(w, "h%d boots what was shut down", item->side);
    if (item->event.kind == FT_EVENT_VM_STARTED) {
        host->vm.mode = FT_VM_RUNNING;
        host->vm.gate_open = true;
        end_epochs(&host->worker); /* of the QEMU that is no more */
        w->cold_starts++;
        ft_sim_trace(w, "h%d: the VM boots", item->side);
    }
    ft_sim_event(w, item->side, &item->event);
}

void
ft_sim_end_worker(struct world *w, int side, bool abrupt, int64_t restart_in)
{
    struct host *host = &w->host[side];

    ft_sim_close(w, side, abrupt);
    host->worker.alive = false;
    host->worker.life++;
    if (host->stable.role == FT_ROLE_STANDBY)
        ft_sim_kill_vm(host); /* its staged epochs died with it */
    host->held = host->acked = 0;
    if (restart_in >= 0)
        ft_sim_push(w, w->now + restart_in, W_START, side)->life =
            host->worker.life;
}

/*
 * What it commits under is what the witness gave last, set back since or not, or
 * what it gave before a question of this side's former life came late: the next
 * look finds that, see ft_sim_is_protected(). So does it with the last word of a
 * former life, and the pair is removed then, see end_chaos().
 */
static void
check_generation(struct world *w, int side)
{
    uint64_t mine = w->host[side].stable.generation;
    bool late = w->more && w->highest_generation > mine;
    bool removes = w->witness_removed && w->witness_owner == side;

    if (w->config.witness && !removes &&
        (w->highest_owner != side || (w->highest_generation != mine && !late)))
        ft_sim_fail(w, "h%d commits under a generation that the witness has not",
                    side);
}

void
ft_sim_act(struct world *w, int side, const struct ft_ownership_action *action)
{
    struct host *host = &w->host[side];
    struct ft_ownership_event message = { .kind = FT_EVENT_MESSAGE,
                                          .message = action->message,
                                          .generation = action->generation };
    struct ft_ownership_event ack = { .kind = FT_EVENT_ACKED,
                                      .epoch = action->epoch };

    switch (action->kind) {
    case FT_ACTION_PERSIST:
        persist(w, side, &action->record);
        return;
    case FT_ACTION_RAISE_WITNESS:
    case FT_ACTION_TELL_REMOVED:
    case FT_ACTION_ASK_WITNESS:
        ft_sim_ask(w, side, action);
        return;
    case FT_ACTION_HOLD_GATE:
        host->vm.gate_open = false;
        return;
    case FT_ACTION_OPEN_GATE:
        release_until(w, side, UINT64_MAX);
        host->vm.gate_open = true;
        return;
    case FT_ACTION_RELEASE_EPOCH:
        release_until(w, side, action->epoch);
        return;
    case FT_ACTION_SEND_ACK:
        host->acked = host->held;
        ft_sim_send(w, side, F_ACK, &ack, 0);
        return;
    case FT_ACTION_SEND:
        ft_sim_send(w, side, F_MESSAGE, &message, 0);
        return;
    case FT_ACTION_CONNECT:
        if (host->worker.daemon_only)
            return;
        host->worker.connecting = true;
        ft_sim_push(w, w->now + ft_sim_delay(w, 1 * MS, 30 * MS), W_CONNECT,
                    side)
            ->life = host->worker.life;
        return;
    case FT_ACTION_DISCONNECT:
        ft_sim_close(w, side, false);
        return;
    case FT_ACTION_PING:
        ft_sim_ping(w, side);
        return;
    case FT_ACTION_START_SYNC:
        start_sync(w, side);
        return;
    case FT_ACTION_ALLOW_COMMIT:
        check_generation(w, side);
        host->worker.committing = true;
        plan_checkpoint(w, side, ft_sim_delay(w, 1 * MS, 10 * MS));
        return;
    case FT_ACTION_FINAL_EPOCH:
        host->worker.final = true;
        return;
    case FT_ACTION_LOAD_VM:
        load(w, side);
        return;
    case FT_ACTION_RESUME_VM:
        if (host->worker.own.role == FT_ROLE_PRIMARY)
            go_on(w, side);
        else
            run_loaded(w, side);
        return;
    case FT_ACTION_START_VM:
        start_vm(w, side);
        return;
    case FT_ACTION_DESTROY_COPY:
        ft_sim_kill_vm(host);
        return;
    case FT_ACTION_SWITCHOVER_ENDED:
        w->switchovers += action->ok;
        return;
    case FT_ACTION_REMOVED:
        host->removed = true;
        ft_sim_end_worker(w, side, false, -1);
        return;
    case FT_ACTION_EXIT_FOR_ROLE:
        ft_sim_end_worker(w, side, false, ft_sim_delay(w, 10 * MS, 100 * MS));
        return;
    default:
        return;
    }
}
