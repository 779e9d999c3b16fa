/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts, workers, guests and their output in the simulated world. */
#include "config.h"

#include <string.h>

#include "sim.h"

/* --- the judge ---------------------------------------------------------- */

void
ft_sim_release(struct world *w, int side, state_id state)
{
    if (ft_sim_descends(w, w->released, state))
        return; /* a late packet that every later speaker knows of */
    if (!ft_sim_descends(w, state, w->released)) {
        ft_sim_fail(w,
                    "h%d speaks from a state that lacks what h%d answered "
                    "at %.3f ms",
                    side, w->released_by, (double)w->released_at / (double)MS);
        return;
    }
    w->released = state;
    w->released_at = w->now;
    w->released_by = side;
    w->released_count++;
}

static bool
speaks(const struct host *host)
{
    return host->up && host->vm.mode == FT_VM_RUNNING && host->vm.gate_open;
}

/* After a fault: is there still a copy that lacks nothing? */
void
ft_sim_excuse(struct world *w)
{
    for (int i = 0; i < 2; i++) {
        const struct host *host = &w->host[i];

        if (host->vm.mode != FT_VM_GONE &&
            ft_sim_descends(w, host->vm.state, w->released))
            return;
        if (host->acked && ft_sim_descends(w, host->acked, w->released))
            return;
    }
    if (!w->excused)
        ft_sim_trace(w, "the last whole copy of the VM is gone");
    w->excused = true;
}

/* Also one that an earlier life of the sender's process has sent. */
static bool
discard_under_way(const struct world *w, int to)
{
    for (unsigned i = 0; i < w->queue_count; i++) {
        const struct item *item = &w->queue[i];

        if (item->what == W_FRAME && item->side == to &&
            item->frame == F_MESSAGE &&
            item->event.message == FT_MESSAGE_DISCARD)
            return true;
    }
    return false;
}

/* The VM of this side died: was it the only one that counted? */
void
ft_sim_excuse_owner(struct world *w, int side)
{
    const struct host *host = &w->host[side];

    if (host->stable.role == FT_ROLE_PRIMARY && host->stable.owner == side &&
        !host->stable.peer_may_take_over) {
        if (host->stable.unrun)
            w->waits = true;
        else
            w->excused = true; /* it alone could speak, or may have spoken */
    }
    if (host->worker.own.phase == FT_PHASE_DISCARDING ||
        discard_under_way(w, 1 - side))
        w->excused = true; /* the other copy is void when it comes */
    if (w->witness_owner == side &&
        w->witness_generation > host->stable.generation)
        w->waits = true; /* it won, and died before it wrote that down */
    ft_sim_excuse(w);
}

void
ft_sim_check(struct world *w)
{
    const struct ft_ownership_record *a = &w->host[0].stable;
    const struct ft_ownership_record *b = &w->host[1].stable;

    if (speaks(&w->host[0]) && speaks(&w->host[1]))
        ft_sim_fail(w, "two speakers");
    if (a->role == FT_ROLE_PRIMARY && b->role == FT_ROLE_PRIMARY &&
        a->owner == 0 && b->owner == 1 && a->generation == b->generation)
        ft_sim_fail(w, "both hosts hold generation %lu",
                    (unsigned long)a->generation);
}

/* --- output ------------------------------------------------------------- */

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

static void
guest(struct world *w, int side)
{
    struct host *host = &w->host[side];
    struct vm *vm = &host->vm;

    ft_sim_push(w, w->now + ft_sim_delay(w, 10 * MS, 40 * MS), W_GUEST, side);
    if (!host->up || vm->mode != FT_VM_RUNNING)
        return;
    vm->state = ft_sim_state(w, vm->state);
    if (vm->gate_open)
        ft_sim_release(w, side, vm->state);
    else if (vm->held_count < OUTPUTS)
        vm->held[vm->held_count++] = (struct output){ vm->state, 0 };
}

static void
kill_vm(struct host *host)
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

static void
checkpoint(struct world *w, const struct item *item)
{
    struct host *host = &w->host[item->side];
    struct worker *worker = &host->worker;
    struct ft_ownership_event event = { .kind = FT_EVENT_EPOCH_HELD };

    if (!worker->committing || worker->session != item->session ||
        worker->sync != item->event.epoch || !worker->session)
        return;
    plan_checkpoint(w, item->side, ft_sim_delay(w, 20 * MS, 60 * MS));
    if (worker->unacked || host->vm.mode != FT_VM_RUNNING)
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
start_sync(struct world *w, int side)
{
    struct worker *worker = &w->host[side].worker;
    struct item *item;

    worker->committing = worker->final = worker->unacked = false;
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

static void
loaded(struct world *w, const struct item *item)
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

static void
started(struct world *w, const struct item *item)
{
    struct host *host = &w->host[item->side];

    if (host->stable.peer_may_take_over || host->stable.owner != item->side)
        ft_sim_fail(w, "h%d boots the VM and is not sole", item->side);
    if (host->off)
        ft_sim_fail(w, "h%d boots what was shut down", item->side);
    if (host->vm.mode != FT_VM_GONE && host->vm.mode != FT_VM_OFF)
        return; /* somebody else was first */
    if (item->event.kind == FT_EVENT_VM_STARTED) {
        host->vm.mode = FT_VM_RUNNING;
        host->vm.gate_open = true;
        w->cold_starts++;
        ft_sim_trace(w, "h%d: the VM boots", item->side);
    }
    ft_sim_event(w, item->side, &item->event);
}

static void
end_worker(struct world *w, int side, bool abrupt, int64_t restart_in)
{
    struct host *host = &w->host[side];

    ft_sim_close(w, side, abrupt);
    host->worker.alive = false;
    host->worker.life++;
    if (host->stable.role == FT_ROLE_STANDBY)
        kill_vm(host); /* its staged epochs died with it */
    host->held = host->acked = 0;
    if (restart_in >= 0)
        ft_sim_push(w, w->now + restart_in, W_START, side)->life =
            host->worker.life;
}

static void
act(struct world *w, int side, const struct ft_ownership_action *action)
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
        if (w->config.witness &&
            (w->witness_generation != host->stable.generation ||
             w->witness_owner != side))
            ft_sim_fail(w,
                        "h%d commits under a generation that the witness "
                        "has not",
                        side);
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
        kill_vm(host);
        return;
    case FT_ACTION_SWITCHOVER_ENDED:
        w->switchovers += action->ok;
        return;
    case FT_ACTION_REMOVED:
        host->removed = true;
        end_worker(w, side, false, -1);
        return;
    case FT_ACTION_EXIT_FOR_ROLE:
        end_worker(w, side, false, ft_sim_delay(w, 10 * MS, 100 * MS));
        return;
    default:
        return;
    }
}

static void
trace_event(struct world *w, int side, const struct ft_ownership_event *event,
            enum ft_ownership_phase before,
            const struct ft_ownership_actions *actions)
{
    const struct ft_ownership *own = &w->host[side].worker.own;

    if (!w->trace || (!actions->count && before == own->phase))
        return;
    ft_sim_trace(w, "h%d %s: %s %s -> %s", side, ft_role_name(own->role),
                 ft_ownership_event_name(event->kind),
                 event->kind == FT_EVENT_MESSAGE
                     ? ft_ownership_message_name(event->message)
                     : "",
                 ft_ownership_phase_name(own->phase));
    for (unsigned i = 0; i < actions->count; i++)
        ft_sim_trace(w, "      %s %s",
                     ft_ownership_action_name(actions->list[i].kind),
                     actions->list[i].kind == FT_ACTION_SEND
                         ? ft_ownership_message_name(actions->list[i].message)
                     : actions->list[i].kind == FT_ACTION_REPORT
                         ? ft_pair_state_name(actions->list[i].state)
                         : "");
}

static void
plan_tick(struct world *w, int side)
{
    struct worker *worker = &w->host[side].worker;
    int64_t at = ft_ownership_deadline(&worker->own);

    if (!worker->alive || at == INT64_MAX)
        return;
    if (at <= w->now)
        at = w->now + US;
    if (worker->tick_at > w->now && worker->tick_at <= at)
        return;
    worker->tick_at = at;
    ft_sim_push(w, at + ft_sim_delay(w, 0, 2 * MS), W_TICK, side)->life =
        worker->life;
}

/* Gives an event to a worker and carries its actions out, one by one. */
void
ft_sim_event(struct world *w, int side, const struct ft_ownership_event *event)
{
    struct host *host = &w->host[side];
    struct worker *worker = &host->worker;
    struct ft_ownership_actions actions;
    enum ft_ownership_phase before = worker->own.phase;
    uint64_t life = worker->life;

    if (!host->up || !worker->alive)
        return;
    ft_ownership_event(&worker->own, w->now, event, &actions);
    trace_event(w, side, event, before, &actions);
    if (worker->own.phase == FT_PHASE_IDLE ||
        worker->own.phase == FT_PHASE_FILLING)
        host->acked = 0; /* void: nobody will use it */
    for (unsigned i = 0; i < actions.count && life == worker->life; i++) {
        if (w->crash_in && actions.list[i].kind != FT_ACTION_REPORT &&
            !--w->crash_in) {
            ft_sim_trace(w, "h%d: crash before the action", side);
            if (w->crash_host)
                ft_sim_host_crash(w, side);
            else
                ft_sim_worker_crash(w, side);
            return;
        }
        act(w, side, &actions.list[i]);
        ft_sim_check(w);
    }
    if (life == worker->life)
        plan_tick(w, side);
}

/* --- lives -------------------------------------------------------------- */

void
ft_sim_worker_start(struct world *w, int side, bool give_up)
{
    struct host *host = &w->host[side];
    struct worker *worker = &host->worker;
    struct ft_ownership_event event = { .kind = FT_EVENT_START };
    uint64_t life = worker->life + 1;
    struct ft_ownership_config config = w->config;

    if (!host->up || worker->alive || host->removed)
        return;
    host->booting = false;
    memset(worker, 0, sizeof(*worker));
    worker->life = life;
    worker->alive = true;
    worker->daemon_only = give_up;
    if (w->takeovers && w->calm)
        w->crash_in = 0; /* one fault is enough, and it had its chance */
    config.self = side;
    ft_ownership_init(&worker->own, &config, &host->stable);
    event.vm = host->waiting ? FT_VM_WAITING : host->vm.mode;
    ft_sim_trace(w, "h%d: worker starts as %s, VM %s%s", side,
                 ft_role_name(host->stable.role), ft_vm_state_name(event.vm),
                 give_up ? ", giving up" : "");
    ft_sim_event(w, side, &event);
    if (worker->life != life || !worker->alive)
        return;
    host->waiting = host->stable.role == FT_ROLE_STANDBY;
    if (give_up) {
        event.kind = FT_EVENT_GIVE_UP;
        ft_sim_event(w, side, &event);
        return;
    }
    ft_sim_push(w, w->now + 50 * MS, W_HEARTBEAT, side)->life = life;
}

void
ft_sim_worker_crash(struct world *w, int side)
{
    if (!w->host[side].worker.alive)
        return;
    ft_sim_trace(w, "h%d: worker dies", side);
    end_worker(w, side, true, ft_sim_delay(w, 50 * MS, 800 * MS));
    ft_sim_excuse(w);
}

void
ft_sim_host_crash(struct world *w, int side)
{
    struct host *host = &w->host[side];

    if (!host->up)
        return;
    ft_sim_trace(w, "h%d: power fails", side);
    if (host->worker.session == w->session.id && ft_sim_chance(w, 500))
        w->session.drop[1 - side] = true;
    host->up = false;
    host->booting = true; /* no engine listens until it has started */
    host->worker.alive = false;
    host->worker.life++;
    host->worker.session = 0;
    kill_vm(host);
    ft_sim_excuse_owner(w, side);
}

static void
reboot(struct world *w, int side)
{
    struct host *host = &w->host[side], *peer = &w->host[1 - side];
    struct item *item;

    if (host->up)
        return;
    ft_sim_trace(w, "h%d: boots", side);
    host->up = true;
    if (peer->worker.alive && peer->worker.session == w->session.id) {
        item = ft_sim_push(w, w->now + 5 * MS, W_FRAME, 1 - side);
        item->session = w->session.id;
        item->frame = F_EOF;
    }
    ft_sim_push(w, w->now + ft_sim_delay(w, 50 * MS, 500 * MS), W_START, side);
}

static void
heartbeat(struct world *w, int side)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_HEARD };

    ft_sim_push(w, w->now + 50 * MS, W_HEARTBEAT, side)->life =
        w->host[side].worker.life;
    ft_sim_send(w, side, F_HEARD, &event, 0);
}

static void
unpause(struct world *w, int side)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_TICK };

    if (ft_sim_chance(w, 500)) {
        event.kind = FT_EVENT_STARVED;
        event.gap_ns = 100 * MS;
    }
    ft_sim_event(w, side, &event);
}

static void
synced(struct world *w, const struct item *item)
{
    const struct worker *worker = &w->host[item->side].worker;

    if (worker->session == item->session && worker->sync == item->event.epoch)
        ft_sim_event(w, item->side, &item->event);
}

void
ft_sim_host_item(struct world *w, const struct item *item)
{
    struct ft_ownership_event tick = { .kind = FT_EVENT_TICK };
    int side = item->side;

    switch (item->what) {
    case W_GUEST:
        guest(w, side);
        return;
    case W_TICK:
        w->host[side].worker.tick_at = 0;
        ft_sim_event(w, side, &tick);
        return;
    case W_HEARTBEAT:
        heartbeat(w, side);
        return;
    case W_CHECKPOINT:
        checkpoint(w, item);
        return;
    case W_LOADED:
        loaded(w, item);
        ft_sim_event(w, side, &item->event);
        return;
    case W_LOAD_DIES:
        kill_vm(&w->host[side]);
        ft_sim_worker_crash(w, side);
        return;
    case W_RESUMED:
        ft_sim_event(w, side, &item->event);
        return;
    case W_STARTED:
        started(w, item);
        return;
    case W_SYNCED:
        synced(w, item);
        return;
    case W_START:
        ft_sim_worker_start(w, side,
                            w->host[side].stable.role == FT_ROLE_PRIMARY &&
                                !w->calm && ft_sim_chance(w, 30));
        return;
    case W_REBOOT:
        reboot(w, side);
        return;
    case W_UNPAUSE:
        unpause(w, side);
        return;
    default:
        return;
    }
}
