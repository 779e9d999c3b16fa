/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a move does: the world after it, in its canonical form. */
#include "config.h"

#include <string.h>

#include "model.h"

static void
tell(struct world *w, const struct move *move,
     enum ft_ownership_event_kind kind, struct outcome *out)
{
    struct ft_ownership_event event = { .kind = kind };

    ft_model_event(w, move->side, &event, move, out);
}

static void
boot(struct world *w, int side, struct outcome *out)
{
    struct side *s = &w->side[side], *peer = &w->side[1 - side];
    struct frame frame = { .kind = F_EOF };

    s->up = 1;
    if (s->eof_owed && peer->attached) {
        s->attached = 1;
        ft_model_send(w, side, &frame, out);
        s->attached = 0;
    }
    s->eof_owed = 0;
}

/* What is lost is the rest, but not that the kernel closed. */
static void
drop(struct world *w, int side)
{
    struct frame last = w->fifo[side][w->fifo_count[side] - 1];

    ft_model_forget_frames(w, side);
    if (last.kind == F_EOF) {
        w->fifo[side][0] = last;
        w->fifo_count[side] = 1;
    }
}

/* Early: its daemon has started, and no worker yet. */
static void
pong(struct world *w, const struct move *move, bool early, struct outcome *out)
{
    struct side *s = &w->side[move->side];
    const struct side *peer = &w->side[1 - move->side];
    enum ft_ownership_event_kind kind = FT_EVENT_PING_ALIVE;

    s->pinging = 0;
    if (!peer->up || (w->cut & (CUT_01 | CUT_10)))
        kind = FT_EVENT_PING_SILENT;
    else if (!peer->engine && !early)
        kind = FT_EVENT_PING_REFUSED;
    else if (s->rebooted)
        kind = FT_EVENT_PING_REBOOTED;
    else if (!peer->alive)
        kind = FT_EVENT_PING_NO_WORKER;
    tell(w, move, kind, out);
}

static void
loaded(struct world *w, const struct move *move, bool fails, struct outcome *out)
{
    int side = move->side;
    struct side *s = &w->side[side];

    fails = fails || s->loading == 2;
    s->waiting = s->held = s->acked = s->loading = 0;
    if (!fails) {
        s->vm = FT_VM_STOPPED;
        s->gate_open = 0;
        w->side[0].off = w->side[1].off = 0;
        ft_model_copy(w, OF(IN_LOAD, side), OF(IN_VM, side) | OF(IN_DISK, side));
    }
    ft_model_lose(w, OF(IN_LOAD, side) | OF(IN_HELD, side) | OF(IN_ACKED, side));
    tell(w, move, fails ? FT_EVENT_RESUME_FAILED : FT_EVENT_LOADED, out);
}

static void
resumed(struct world *w, const struct move *move, struct outcome *out)
{
    struct side *s = &w->side[move->side];
    bool failed = s->resuming == 2;

    s->resuming = 0;
    tell(w, move, failed ? FT_EVENT_RESUME_FAILED : FT_EVENT_RESUMED, out);
}

/* From its disks, where all is that ever ran there; nobody holds its output. */
static void
started(struct world *w, const struct move *move, bool fails,
        struct outcome *out)
{
    int side = move->side;
    struct side *s = &w->side[side];

    if (!fails && s->starting == 1 && s->off)
        ft_model_fail(out, "h%d boots what was shut down", side);
    s->starting = 0;
    /* a start of a life before the peer was told to run: libvirt's hook or the
     * worker, which ends who runs without right (worker-intruder.h), stops it */
    if (w->forced && (s->stable.peer_may_take_over || s->stable.owner != side))
        return;
    if (!fails && (s->stable.peer_may_take_over || s->stable.owner != side))
        ft_model_fail(out, "h%d boots the VM and is not sole", side);
    if (!fails && (s->vm == FT_VM_GONE || s->vm == FT_VM_OFF)) {
        s->vm = FT_VM_RUNNING;
        s->gate_open = 1;
        ft_model_copy(w, OF(IN_DISK, side), OF(IN_VM, side));
    }
    tell(w, move, fails ? FT_EVENT_START_FAILED : FT_EVENT_VM_STARTED, out);
}

static void
checkpoint(struct world *w, int side, struct outcome *out)
{
    struct side *s = &w->side[side];
    struct frame frame = { .kind = F_EPOCH, .epoch = (uint32_t)++s->epoch };

    s->unacked = 1;
    ft_model_copy(w, OF(PENDING, side), OF(IN_EPOCH, side));
    if (s->final)
        s->vm = FT_VM_STOPPED;
    ft_model_send(w, side, &frame, out);
    if (w->side[1 - side].attached)
        ft_model_copy(w, OF(IN_VM, side), OF(IN_FRAME, 1 - side));
}

static void
resync(struct world *w, const struct move *move, struct outcome *out)
{
    struct side *s = &w->side[move->side];

    tell(w, move, FT_EVENT_SYNC_FAILED, out);
    if (!s->alive || s->own.phase != FT_PHASE_IDLE)
        return;
    s->held = s->acked = 0;
    ft_model_lose(w, OF(IN_HELD, move->side) | OF(IN_ACKED, move->side));
}

/* All that it ever answered is on its disks. */
static void
guest_off(struct world *w, const struct move *move, struct outcome *out)
{
    struct side *s = &w->side[move->side];

    s->vm = FT_VM_OFF;
    s->gate_open = s->committing = s->final = 0;
    ft_model_lose(w, OF(IN_VM, move->side) | OF(PENDING, move->side) |
                         OF(IN_EPOCH, move->side));
    tell(w, move, FT_EVENT_VM_OFF, out);
}

static void
look(struct world *w, const struct move *move, struct outcome *out)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_WITNESS_SEEN,
                                        .generation = w->witness_generation,
                                        .owner = w->witness_owner };

    if (w->cut & (CUT_ASK(move->side) | CUT_ANSWER(move->side)))
        event.kind = FT_EVENT_WITNESS_UNSEEN;
    else if (w->witness_removed)
        event.kind = FT_EVENT_WITNESS_REMOVED;
    ft_model_event(w, move->side, &event, move, out);
}

/* On a whole link silence does not grow. */
static void
tick(struct world *w, const struct move *move, struct outcome *out)
{
    struct side *s = &w->side[move->side];
    int64_t deadline = ft_ownership_deadline(&s->own);

    if (deadline > s->now)
        s->now = deadline;
    if (ft_model_hears(w, move->side))
        tell(w, move, FT_EVENT_HEARD, out);
    tell(w, move, FT_EVENT_TICK, out);
}

static void
force(struct world *w, const struct move *move, struct outcome *out)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_START_ASKED,
                                        .force = true };

    w->forced = ft_model_profile.budget.word > 0;
    w->side[move->side].off = 0;
    ft_model_event(w, move->side, &event, move, out);
}

static void
pay(struct world *w, const struct move *move)
{
    struct budget *budget = &w->budget;

    if (move->trip == TRIP_WORKER || move->trip == TRIP_HOST)
        budget->crash--;
    else if (move->trip == TRIP_ERROR)
        budget->error--;
    switch (move->kind) {
    case M_TICK:
        budget->late -= ft_model_is_late(w, move->side);
        return;
    case M_WORKER_DIES:
    case M_QEMU_DIES:
    case M_HOST_DIES:
        budget->crash--;
        return;
    case M_LOAD_FAILS:
    case M_START_FAILS:
        budget->error--;
        return;
    case M_CUT:
        budget->cut--;
        return;
    case M_SWITCHOVER:
        budget->switchover--;
        return;
    case M_RESYNC:
        budget->resync--;
        return;
    case M_UNPROTECT:
        budget->unprotect--;
        return;
    case M_GUEST_OFF:
        budget->off--;
        return;
    case M_FORCE:
        budget->force -= budget->force > 0;
        budget->word -= budget->word > 0;
        return;
    case M_START:
        budget->give_up -= move->argument;
        return;
    default:
        return;
    }
}

static void
happens(struct world *w, const struct move *move, struct outcome *out)
{
    int side = move->side;

    switch ((enum move_kind)move->kind) {
    case M_BOOT:
        boot(w, side, out);
        return;
    case M_START:
        ft_model_worker_starts(w, side, move, out);
        return;
    case M_DELIVER:
        ft_model_deliver(w, side, move, out);
        return;
    case M_DROP:
        drop(w, side);
        return;
    case M_PONG:
    case M_PONG_EARLY:
        pong(w, move, move->kind == M_PONG_EARLY, out);
        return;
    case M_GONE:
        w->side[side].gone = 0;
        tell(w, move, FT_EVENT_VM_GONE, out);
        return;
    case M_LOADED:
    case M_LOAD_FAILS:
        loaded(w, move, move->kind == M_LOAD_FAILS, out);
        return;
    case M_RESUMED:
        resumed(w, move, out);
        return;
    case M_STARTED:
    case M_START_FAILS:
        started(w, move, move->kind == M_START_FAILS, out);
        return;
    case M_SYNCED:
        w->side[side].syncing = 0;
        tell(w, move, FT_EVENT_SYNC_DONE, out);
        return;
    case M_WITNESS:
        ft_model_witness(w, side, move->argument);
        return;
    case M_ANSWER:
        ft_model_answered(w, side, move, out);
        return;
    case M_TIMEOUT:
        ft_model_timeout(w, side, move, out);
        return;
    case M_LOOK:
        look(w, move, out);
        return;
    case M_CONNECT:
        ft_model_connect(w, side, move, out);
        return;
    case M_CHECKPOINT:
        checkpoint(w, side, out);
        return;
    case M_HEARD:
        tell(w, move, FT_EVENT_HEARD, out);
        return;
    case M_TICK:
        tick(w, move, out);
        return;
    case M_HEAL:
        w->cut = 0;
        return;
    case M_CUT:
        w->cut = move->argument;
        return;
    case M_WORKER_DIES:
        ft_model_worker_dies(w, side);
        return;
    case M_QEMU_DIES:
        ft_model_qemu_dies(w, side);
        return;
    case M_HOST_DIES:
        ft_model_host_dies(w, side);
        return;
    case M_SWITCHOVER:
        tell(w, move, FT_EVENT_SWITCHOVER, out);
        return;
    case M_RESYNC:
        resync(w, move, out);
        return;
    case M_GUEST_OFF:
        guest_off(w, move, out);
        return;
    case M_START_ASKED:
        w->side[side].off = 0;
        tell(w, move, FT_EVENT_START_ASKED, out);
        return;
    case M_FORCE:
        force(w, move, out);
        return;
    case M_UNPROTECT:
        tell(w, move, FT_EVENT_UNPROTECT, out);
        return;
    default:
        return;
    }
}

void
ft_model_apply(struct world *w, const struct move *move, struct outcome *out)
{
    pay(w, move);
    happens(w, move, out);
    ft_model_answer(w, out);
    ft_model_check(w, out);
    ft_model_canonical(w);
}
