/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts and workers: events of the machine, and how they live and die. */
#include "config.h"

#include <string.h>

#include "sim.h"

#define REATTACH_NS (700 * MS) /* as src/engine/supervisor.c */

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

/* Tries to write the record; while there is no room, nothing behind it is done. */
static bool
stalls(struct world *w, int side, const struct ft_ownership_actions *actions,
       unsigned at)
{
    struct host *host = &w->host[side];
    struct worker *worker = &host->worker;

    if (actions->list[at].kind != FT_ACTION_PERSIST ||
        host->full_until <= w->now)
        return false;
    ft_sim_trace(w, "h%d: no room for its record", side);
    worker->stalled = true;
    worker->waiting = *actions;
    worker->waiting_at = at;
    ft_sim_pause_until(worker, host->full_until);
    ft_sim_push(w, host->full_until, W_DISK_ROOM, side)->life = worker->life;
    return true;
}

static void
carry_out(struct world *w, int side, const struct ft_ownership_actions *actions,
          unsigned from)
{
    struct worker *worker = &w->host[side].worker;
    uint64_t life = worker->life;

    for (unsigned i = from; i < actions->count && life == worker->life; i++) {
        if (w->crash_in && actions->list[i].kind != FT_ACTION_REPORT &&
            !--w->crash_in) {
            ft_sim_trace(w, "h%d: crash before the action", side);
            if (w->crash_host)
                ft_sim_host_crash(w, side);
            else
                ft_sim_worker_crash(w, side);
            return;
        }
        if (stalls(w, side, actions, i))
            return;
        ft_sim_act(w, side, &actions->list[i]);
        ft_sim_check(w);
    }
    if (life == worker->life)
        plan_tick(w, side);
}

static void
disk_has_room(struct world *w, int side)
{
    struct worker *worker = &w->host[side].worker;
    struct ft_ownership_actions actions = worker->waiting;

    worker->stalled = false;
    carry_out(w, side, &actions, worker->waiting_at);
}

/* Gives an event to a worker and carries its actions out, one by one. */
void
ft_sim_event(struct world *w, int side, const struct ft_ownership_event *event)
{
    struct host *host = &w->host[side];
    struct worker *worker = &host->worker;
    struct ft_ownership_actions actions;
    enum ft_ownership_phase before = worker->own.phase;
    struct item *item;

    if (!host->up || !worker->alive)
        return;
    if (worker->stalled) {
        item = ft_sim_push(w, worker->paused_until, W_EVENT, side);
        item->life = worker->life;
        item->event = *event;
        return;
    }
    if (event->kind == FT_EVENT_START_ASKED ||
        event->kind == FT_EVENT_VM_STARTED)
        host->off = false; /* what the record still says is older */
    ft_ownership_event(&worker->own, w->now, event, &actions);
    trace_event(w, side, event, before, &actions);
    if (worker->own.phase == FT_PHASE_IDLE ||
        worker->own.phase == FT_PHASE_FILLING)
        host->acked = 0; /* void: nobody will use it */
    carry_out(w, side, &actions, 0);
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
    ft_sim_end_worker(w, side, true, ft_sim_delay(w, 50 * MS, 800 * MS));
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
    host->worker.alive = false;
    host->worker.life++;
    host->worker.session = 0;
    ft_sim_kill_vm(host);
    ft_sim_excuse_owner(w, side);
}

/* A booted kernel resets what the other one sends, so when it does so next. */
static int64_t
eof_in(struct world *w)
{
    return w->slow_boots ? ft_sim_delay(w, 5 * MS, 2 * SECOND) : 5 * MS;
}

static void
reboot(struct world *w, int side)
{
    int64_t start_in;
    struct host *host = &w->host[side], *peer = &w->host[1 - side];
    struct item *item;

    if (host->up || host->lost)
        return;
    ft_sim_trace(w, "h%d: boots", side);
    host->up = true;
    host->boot++;
    if (peer->worker.alive && peer->worker.session == w->session.id) {
        item = ft_sim_push(w, w->now + eof_in(w), W_FRAME, 1 - side);
        item->session = w->session.id;
        item->frame = F_EOF;
    }
    ft_sim_libvirt_boots(w, side);
    start_in = ft_sim_delay(w, 50 * MS, 500 * MS);
    host->daemon_at = w->now + start_in / 2;
    ft_sim_push(w, w->now + start_in + (w->slow_boots ? REATTACH_NS : 0),
                W_START, side);
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
        ft_sim_guest(w, side);
        return;
    case W_TICK:
        w->host[side].worker.tick_at = 0;
        ft_sim_event(w, side, &tick);
        return;
    case W_HEARTBEAT:
        heartbeat(w, side);
        return;
    case W_CHECKPOINT:
        ft_sim_checkpoint(w, item);
        return;
    case W_LOADED:
        ft_sim_loaded(w, item);
        ft_sim_event(w, side, &item->event);
        return;
    case W_LOAD_DIES:
        ft_sim_kill_vm(&w->host[side]);
        ft_sim_worker_crash(w, side);
        return;
    case W_RESUMED:
        ft_sim_event(w, side, &item->event);
        return;
    case W_STARTED:
        ft_sim_started(w, item);
        return;
    case W_LOOK:
        ft_sim_look(w, side);
        return;
    case W_SNAPSHOT:
        ft_sim_snapshot(w);
        return;
    case W_DISK_ROOM:
        disk_has_room(w, side);
        return;
    case W_EVENT:
        ft_sim_event(w, side, &item->event);
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
