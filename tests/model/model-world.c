/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts, workers and their VMs: what the actions of the machine do to them. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model.h"

void
ft_model_fail(struct outcome *out, const char *format, ...)
{
    va_list args;

    if (out->why[0])
        return;
    va_start(args, format);
    vsnprintf(out->why, sizeof(out->why), format, args);
    va_end(args);
}

static bool
speaks(const struct side *s)
{
    return s->up && s->vm == FT_VM_RUNNING && s->gate_open;
}

void
ft_model_check(const struct world *w, struct outcome *out)
{
    const struct ft_ownership_record *a = &w->side[0].stable;
    const struct ft_ownership_record *b = &w->side[1].stable;

    if (!w->forced && speaks(&w->side[0]) && speaks(&w->side[1]))
        ft_model_fail(out, "two speakers");
    for (int i = 0; i < 2 && !w->forced; i++)
        if (speaks(&w->side[i]) && !ft_model_contains_all(w, OF(IN_VM, i)))
            ft_model_fail(out, "h%d speaks and lacks an answer that was given",
                          i);
    if (a->role == FT_ROLE_PRIMARY && b->role == FT_ROLE_PRIMARY &&
        a->owner == 0 && b->owner == 1 && a->generation == b->generation)
        ft_model_fail(out, "both hosts hold generation %lu",
                      (unsigned long)a->generation);
}

void
ft_model_begin(struct world *w)
{
    memset(w, 0, sizeof(*w));
    w->witness_generation = 1;
    w->budget = ft_model_profile.budget;
    for (int i = 0; i < 2; i++) {
        struct side *s = &w->side[i];

        s->now = NOW;
        s->up = s->engine = 1;
        s->stable.generation = 1;
        s->stable.role = i ? FT_ROLE_STANDBY : FT_ROLE_PRIMARY;
        s->vm = i ? FT_VM_GONE : FT_VM_RUNNING;
        s->gate_open = !i;
    }
}

/* --- ends ----------------------------------------------------------------- */

static void
void_copy(struct world *w, int side)
{
    w->side[side].held = w->side[side].acked = 0;
    ft_model_lose(w, OF(IN_HELD, side) | OF(IN_ACKED, side));
}

static void
kill_vm(struct world *w, int side)
{
    struct side *s = &w->side[side];

    s->vm = FT_VM_GONE;
    s->gate_open = s->waiting = 0;
    ft_model_lose(w, OF(IN_VM, side) | OF(PENDING, side) | OF(IN_EPOCH, side));
    void_copy(w, side);
}

static void
end_worker(struct world *w, int side)
{
    struct side *s = &w->side[side];

    memset(&s->own, 0, sizeof(s->own));
    s->now = NOW;
    s->alive = s->connecting = 0;
    s->committing = s->final = s->unacked = 0;
    s->epoch = 0;
    s->syncing = s->loading = s->resuming = s->pinging = s->gone = 0;
    s->rebooted = s->gives_up = 0; /* the next life knows of neither */
    s->starting = s->starting ? 2 : 0;
    ft_model_lose(w, OF(IN_LOAD, side) | OF(IN_EPOCH, side));
    for (int i = 0; i < REQUESTS; i++) {
        s->request[i].ask = 0;
        if (s->request[i].at == 2)
            memset(&s->request[i], 0, sizeof(s->request[i]));
    }
    if (s->stable.role == FT_ROLE_STANDBY)
        kill_vm(w, side); /* its staged epochs died with it */
    void_copy(w, side);
}

void
ft_model_worker_dies(struct world *w, int side)
{
    struct outcome ignored = { 0 };

    ft_model_close(w, side, true, &ignored);
    end_worker(w, side);
}

void
ft_model_host_dies(struct world *w, int side)
{
    struct side *s = &w->side[side];

    if (s->attached && w->side[1 - side].attached) {
        s->eof_owed = 1;
        w->lossy[1 - side] = w->fifo_count[1 - side] > 0;
    }
    s->attached = 0;
    w->side[1 - side].rebooted = 1;
    for (int n = 0; n < w->fifo_count[1 - side]; n++)
        if (w->fifo[1 - side][n].kind == F_HELLO)
            w->fifo[1 - side][n].old_boot = 1;
    ft_model_forget_frames(w, side);
    end_worker(w, side);
    kill_vm(w, side);
    s->starting = 0;
    s->up = s->engine = 0;
}

void
ft_model_qemu_dies(struct world *w, int side)
{
    struct side *s = &w->side[side];

    if (s->loading)
        s->loading = 2;
    kill_vm(w, side);
    s->committing = s->final = 0; /* there is nothing to copy any more */
    s->gone = s->alive;
}

/* --- actions -------------------------------------------------------------- */

static void
persist(struct side *s, int side, const struct ft_ownership_record *record,
        struct outcome *out)
{
    if (record->generation < s->stable.generation &&
        record->role == FT_ROLE_PRIMARY)
        ft_model_fail(out, "h%d: its generation went back", side);
    s->stable = *record;
    s->off |= record->off;
}

static void
start_sync(struct world *w, int side, struct outcome *out)
{
    struct side *s = &w->side[side];
    struct frame frame = { .kind = F_SYNC };

    s->committing = s->final = s->unacked = 0;
    s->epoch = 0;
    ft_model_lose(w, OF(IN_EPOCH, side));
    ft_model_send(w, side, &frame, out);
    s->syncing = s->attached;
}

static void
load(struct world *w, int side, struct outcome *out)
{
    struct side *s = &w->side[side];

    if (s->stable.role != FT_ROLE_PRIMARY)
        ft_model_fail(out, "h%d loads before its record says so", side);
    if (s->waiting && !s->acked)
        ft_model_fail(out, "h%d loads nothing", side);
    s->loading = s->waiting ? 1 : 2;
    ft_model_copy(w, OF(IN_ACKED, side), OF(IN_LOAD, side));
}

/* The VM that stands goes on, unless that fails. */
static void
resume(struct world *w, int side, bool fails, struct outcome *out)
{
    struct side *s = &w->side[side];
    bool loaded = s->own.role == FT_ROLE_STANDBY;
    bool stands = s->vm == FT_VM_STOPPED;

    if (s->stable.unrun)
        ft_model_fail(out, "h%d runs before its record says so", side);
    s->final = 0;
    if (stands && (loaded || !fails)) {
        s->vm = FT_VM_RUNNING; /* if only the answer of a loaded one is lost */
        s->gate_open = s->gate_open || loaded;
    }
    if (loaded)
        s->resuming = fails || !stands ? 2 : 1;
    else if (fails)
        s->resuming = 2;
}

static void
send_message(struct world *w, int side,
             const struct ft_ownership_action *action, struct outcome *out)
{
    struct frame frame = { .kind = F_MESSAGE,
                           .message = (uint8_t)action->message,
                           .generation = action->generation };

    ft_model_send(w, side, &frame, out);
}

static void
send_ack(struct world *w, int side, uint64_t epoch, struct outcome *out)
{
    struct side *s = &w->side[side];
    struct frame frame = { .kind = F_ACK, .epoch = (uint32_t)epoch };

    s->acked = s->held;
    ft_model_copy(w, OF(IN_HELD, side), OF(IN_ACKED, side));
    ft_model_send(w, side, &frame, out);
}

static void
allow_commit(struct world *w, int side, struct outcome *out)
{
    struct side *s = &w->side[side];

    /* a late question of its own may have gone further: see is_protected() */
    if (ft_model_profile.witness &&
        (w->witness_generation < s->stable.generation ||
         w->witness_owner != side))
        ft_model_fail(out, "h%d commits under what the witness has not", side);
    s->committing = s->attached;
}

static void
act(struct world *w, int side, const struct ft_ownership_action *action,
    bool fails, struct outcome *out)
{
    struct side *s = &w->side[side];

    switch (action->kind) {
    case FT_ACTION_PERSIST:
        persist(s, side, &action->record, out);
        return;
    case FT_ACTION_ASK_WITNESS:
    case FT_ACTION_RAISE_WITNESS:
    case FT_ACTION_TELL_REMOVED:
        ft_model_ask(w, side, action, out);
        return;
    case FT_ACTION_HOLD_GATE:
        s->gate_open = 0;
        return;
    case FT_ACTION_OPEN_GATE:
        ft_model_release(w, side, OF(PENDING, side), out);
        s->gate_open = s->vm == FT_VM_RUNNING || s->vm == FT_VM_STOPPED;
        return;
    case FT_ACTION_RELEASE_EPOCH:
        ft_model_release(w, side, OF(IN_EPOCH, side), out);
        return;
    case FT_ACTION_SEND_ACK:
        send_ack(w, side, action->epoch, out);
        return;
    case FT_ACTION_SEND:
        send_message(w, side, action, out);
        return;
    case FT_ACTION_CONNECT:
        s->connecting = !s->gives_up;
        return;
    case FT_ACTION_DISCONNECT:
        ft_model_close(w, side, false, out);
        return;
    case FT_ACTION_PING:
        s->pinging = 1;
        return;
    case FT_ACTION_START_SYNC:
        start_sync(w, side, out);
        return;
    case FT_ACTION_ALLOW_COMMIT:
        allow_commit(w, side, out);
        return;
    case FT_ACTION_FINAL_EPOCH:
        s->final = 1;
        return;
    case FT_ACTION_LOAD_VM:
        load(w, side, out);
        return;
    case FT_ACTION_RESUME_VM:
        resume(w, side, fails, out);
        return;
    case FT_ACTION_START_VM:
        s->starting = 1;
        return;
    case FT_ACTION_DESTROY_COPY:
        kill_vm(w, side);
        return;
    case FT_ACTION_REMOVED:
        s->removed = 1;
        ft_model_close(w, side, false, out);
        end_worker(w, side);
        return;
    case FT_ACTION_EXIT_FOR_ROLE:
        ft_model_close(w, side, false, out);
        end_worker(w, side);
        return;
    default:
        return;
    }
}

static void
print_event(const struct side *s, int side,
            const struct ft_ownership_event *event,
            const struct ft_ownership_actions *actions)
{
    printf("      h%d %s: %s%s%s -> %s, generation %lu\n", side,
           ft_role_name(s->own.role), ft_ownership_event_name(event->kind),
           event->kind == FT_EVENT_MESSAGE ? " " : "",
           event->kind == FT_EVENT_MESSAGE
               ? ft_ownership_message_name(event->message)
               : "",
           ft_ownership_phase_name(s->own.phase),
           (unsigned long)s->own.record.generation);
    for (unsigned i = 0; i < actions->count; i++)
        printf("         %s %s\n",
               ft_ownership_action_name(actions->list[i].kind),
               actions->list[i].kind == FT_ACTION_SEND
                   ? ft_ownership_message_name(actions->list[i].message)
               : actions->list[i].kind == FT_ACTION_REPORT
                   ? ft_pair_state_name(actions->list[i].state)
                   : "");
}

/* What goes wrong before this action, and whether that ends the worker. */
static bool
trip(struct world *w, int side, const struct move *move, unsigned at)
{
    if (move->trip_at != at)
        return false;
    if (move->trip == TRIP_WORKER)
        ft_model_worker_dies(w, side);
    else if (move->trip == TRIP_HOST)
        ft_model_host_dies(w, side);
    return move->trip == TRIP_WORKER || move->trip == TRIP_HOST;
}

/* Gives an event to a worker and carries its actions out, one by one. */
void
ft_model_event(struct world *w, int side, const struct ft_ownership_event *event,
               const struct move *move, struct outcome *out)
{
    struct side *s = &w->side[side];
    struct ft_ownership_actions actions;

    if (!s->alive)
        return;
    ft_ownership_event(&s->own, s->now, event, &actions);
    if (out->trace)
        print_event(s, side, event, &actions);
    if (s->own.phase == FT_PHASE_IDLE || s->own.phase == FT_PHASE_FILLING) {
        s->acked = 0; /* void: nobody will use it */
        ft_model_lose(w, OF(IN_ACKED, side));
    }
    for (unsigned i = 0; i < actions.count && s->alive; i++) {
        const struct ft_ownership_action *action = &actions.list[i];
        unsigned at = out->actions;

        if (action->kind == FT_ACTION_REPORT)
            continue;
        if (at < 32)
            out->error_at[at] = action->kind == FT_ACTION_RESUME_VM;
        if (trip(w, side, move, at))
            return;
        out->actions++;
        act(w, side, action, move->trip == TRIP_ERROR && move->trip_at == at,
            out);
        ft_model_answer(w, out);
        ft_model_check(w, out);
    }
}

void
ft_model_worker_starts(struct world *w, int side, const struct move *move,
                       struct outcome *out)
{
    struct side *s = &w->side[side];
    struct ft_ownership_event event = { .kind = FT_EVENT_START };
    struct ft_ownership_config config = FT_MODEL_CONFIG;

    if (s->gives_up)
        ft_model_worker_dies(w, side);
    config.self = side;
    config.witness = ft_model_profile.witness;
    config.alone_without_witness = ft_model_profile.alone;
    s->engine = s->alive = 1;
    s->gives_up = move->argument;
    ft_ownership_init(&s->own, &config, &s->stable);
    event.vm = s->waiting ? FT_VM_WAITING : (enum ft_vm_state)s->vm;
    ft_model_event(w, side, &event, move, out);
    if (s->alive)
        s->waiting = s->stable.role == FT_ROLE_STANDBY;
    event.kind = FT_EVENT_GIVE_UP;
    if (s->gives_up)
        ft_model_event(w, side, &event, move, out);
}
