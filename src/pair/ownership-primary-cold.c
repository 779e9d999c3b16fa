/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The primary's half: a VM that no copy runs of is started from disks (R7). */
#include "config.h"

#include "pair/ownership-private.h"

#define START_RETRY_MIN_NS INT64_C(1000000000)
#define START_RETRY_MAX_NS INT64_C(60000000000)

/* How long a sole side that begins waits to hear whether it was overruled. */
#define WITNESS_LOOK_NS INT64_C(3000000000)

static bool
wants_start(const struct ft_ownership *own)
{
    return own->phase == FT_PHASE_ALONE && own->vm == FT_VM_GONE &&
           !own->leaving && !own->two_owners && !own->starting;
}

/* START: what the record says of a VM that does not run, and the host's boot. */
void
ft_primary_cold_begin(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    bool off = !ft_primary_vm_alive(own) &&
               (own->record.off || own->vm == FT_VM_OFF) && !s->event->wanted;

    own->start_retry_ns = START_RETRY_MIN_NS;
    own->start_at_ns = s->now + (own->config.witness ? WITNESS_LOOK_NS : 0);
    if (!ft_primary_vm_alive(own) && own->vm != FT_VM_WAITING)
        own->vm = off ? FT_VM_OFF : FT_VM_GONE;
    if (off == own->record.off)
        return;
    own->record.off = off;
    ft_own_persist(s);
}

/*
 * Without the peer for that long, which may have a newer copy; a valid one is
 * worth the wait, for it has the guest's memory too.
 */
bool
ft_primary_cold_waits(const struct ft_ownership *own)
{
    return own->phase == FT_PHASE_HELD && own->vm == FT_VM_GONE &&
           !own->linked && !own->want && !own->leaving &&
           (own->config.witness || own->config.alone_without_witness);
}

void
ft_primary_cold_ask(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (!own->config.witness) {
        ft_primary_go_alone(s, own->record.generation + 1);
        return;
    }
    own->cold = true;
    ft_own_want(s);
}

/*
 * A look at the witness, before a sole side starts what may be old by now: only
 * an administrator's word for the peer is above R1.
 */
void
ft_primary_cold_witness(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (!wants_start(own) || own->record.peer_may_take_over)
        return;
    if (s->event->kind == FT_EVENT_WITNESS_SEEN &&
        s->event->owner != own->config.self &&
        s->event->generation >= own->record.generation + FT_FORCED_STEP / 2) {
        own->record.peer_may_take_over = true;
        ft_own_persist(s);
        ft_own_hold(s);
        ft_own_phase(s, FT_PHASE_SUPERSEDED);
    } else if (own->started_ns == 0 && !own->start_failed) {
        own->start_at_ns = s->now;
    }
}

/* After every event: is it time? */
void
ft_primary_cold_start(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (!wants_start(own) || s->now < own->start_at_ns)
        return;
    own->starting = true;
    ft_own_emit(s, FT_ACTION_START_VM);
}

int64_t
ft_primary_cold_deadline(const struct ft_ownership *own)
{
    return wants_start(own) ? own->start_at_ns : FT_NEVER;
}

static void
start_later(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->start_at_ns = s->now + own->start_retry_ns;
    own->start_retry_ns *= 2;
    if (own->start_retry_ns > START_RETRY_MAX_NS)
        own->start_retry_ns = START_RETRY_MAX_NS;
}

void
ft_primary_on_start_failed(struct ft_step *s)
{
    if (!s->own->starting)
        return;
    s->own->starting = false;
    s->own->start_failed = true;
    start_later(s);
}

/* QEMU ended: again, but one that does not last is not started all the time. */
void
ft_primary_cold_ended(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->started_ns && s->now - own->started_ns >= START_RETRY_MAX_NS)
        own->start_retry_ns = START_RETRY_MIN_NS;
    start_later(s);
}

enum ft_start_progress
ft_ownership_start_progress(const struct ft_ownership *own)
{
    if (ft_primary_vm_alive(own))
        return FT_START_RUNS;
    return own->vm == FT_VM_OFF || own->two_owners || own->leaving ||
                   own->phase == FT_PHASE_SUPERSEDED
               ? FT_START_REFUSED
               : FT_START_WAITS;
}

void
ft_primary_on_start_asked(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (ft_primary_vm_alive(own))
        return;
    own->vm = FT_VM_GONE;
    own->start_at_ns = s->now;
    if (own->record.off) {
        own->record.off = false;
        ft_own_persist(s);
    }
    if (s->event->force && !own->linked && own->record.peer_may_take_over)
        ft_primary_overrule_peer(s);
}
