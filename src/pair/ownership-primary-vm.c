/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The primary's half: what happens to its VM, and what is asked of it. */
#include "config.h"

#include "pair/ownership-private.h"

void
ft_primary_on_switchover(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->switching)
        return;
    own->switching = true;
    if (own->phase != FT_PHASE_PROTECTED || own->vm != FT_VM_RUNNING ||
        own->leaving || own->want) {
        ft_primary_end_switchover(s, false);
        return;
    }
    ft_own_phase(s, FT_PHASE_FINAL);
    ft_own_emit(s, FT_ACTION_FINAL_EPOCH);
}

void
ft_primary_on_final_failed(struct ft_step *s)
{
    if (s->own->phase != FT_PHASE_FINAL)
        return;
    ft_own_emit(s, FT_ACTION_RESUME_VM);
    ft_own_phase(s, FT_PHASE_PROTECTED);
    ft_primary_end_switchover(s, false);
}

/* It shall run, and stands: again and again, for no other event would do it. */
void
ft_primary_on_resume_failed(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->vm != FT_VM_RUNNING || own->phase == FT_PHASE_FINAL)
        return;
    own->vm = FT_VM_STOPPED;
    own->resume_at_ns = s->now + own->config.retry_max_ns;
}

void
ft_primary_on_vm_gone(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->vm = FT_VM_GONE;
    own->resume_at_ns = FT_NEVER;
    ft_primary_cold_ended(s);
    switch (own->phase) {
    case FT_PHASE_COMMITTING:
    case FT_PHASE_PROTECTED:
    case FT_PHASE_FINAL:
    case FT_PHASE_HANDING:
        ft_primary_grant(s);
        return;
    case FT_PHASE_SYNCING:
        ft_own_phase(s, FT_PHASE_ALONE);
        ft_own_forget_question(own);
        return;
    case FT_PHASE_HELD:
        ft_own_phase(s, FT_PHASE_HELD); /* and the peer has its time */
        own->want = false;
        return;
    case FT_PHASE_ALONE:
        own->want = false;
        return;
    default:
        return;
    }
}

void
ft_primary_on_vm_off(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->vm = FT_VM_OFF;
    own->resume_at_ns = FT_NEVER;
    own->record.off = true;
    ft_own_persist(s);
    ft_primary_end_switchover(s, false);
    switch (own->phase) {
    case FT_PHASE_ALONE:
    case FT_PHASE_HELD:
    case FT_PHASE_GIVEN: /* what the peer does is the peer's */
    case FT_PHASE_SUPERSEDED:
        return;
    default:
        if (own->linked)
            ft_primary_discard(s);
    }
}

void
ft_primary_on_vm_started(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (ft_primary_vm_alive(own))
        return;
    own->vm = FT_VM_RUNNING;
    own->starting = own->start_failed = own->cold = false;
    own->started_ns = s->now;
    if (own->record.off) {
        own->record.off = false;
        ft_own_persist(s);
    }
    own->gate_open = true; /* a new QEMU has no gate at all */
    if (own->record.peer_may_take_over)
        ft_own_hold(s);
    if (own->linked && own->phase == FT_PHASE_ALONE)
        ft_primary_discard(s);
    else if (own->phase == FT_PHASE_HELD && !own->linked)
        ft_primary_suspect(s);
}

/* Nobody else can speak, and after this nobody could say so: it is said first. */
void
ft_primary_finish_leaving(struct ft_step *s)
{
    struct ft_ownership_action *action;

    ft_own_open(s);
    if (s->own->config.witness) {
        action = ft_own_emit(s, FT_ACTION_TELL_REMOVED);
        action->generation = s->own->record.generation;
        action->owner = s->own->config.self;
    }
    ft_own_emit(s, FT_ACTION_REMOVED);
    ft_own_phase(s, FT_PHASE_ENDED);
}

void
ft_primary_on_unprotect(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->leaving = true;
    if (!own->record.peer_may_take_over) {
        ft_own_send(s, FT_MESSAGE_GOODBYE, ++own->serial);
        ft_primary_finish_leaving(s);
        return;
    }
    if (!ft_primary_vm_alive(own) && !own->linked) {
        ft_own_emit(s, FT_ACTION_REMOVED); /* nothing here could speak */
        ft_own_phase(s, FT_PHASE_ENDED);
        return;
    }
    switch (own->phase) {
    case FT_PHASE_COMMITTING:
    case FT_PHASE_PROTECTED:
    case FT_PHASE_DISCARDING:
        ft_primary_discard(s);
        return;
    case FT_PHASE_HELD:
        if (own->linked)
            ft_primary_discard(s); /* the VM is gone, the peer has nothing */
        else
            ft_primary_suspect(s);
        return;
    default:
        return;
    }
}

void
ft_primary_on_give_up(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->giving_up = true;
    if (own->phase == FT_PHASE_HELD)
        ft_primary_suspect(s);
}

void
ft_primary_on_sync_failed(struct ft_step *s)
{
    switch (s->own->phase) {
    case FT_PHASE_FINAL:
        s->own->vm = FT_VM_STOPPED;
        ft_primary_discard(s);
        return;
    case FT_PHASE_SYNCING:
    case FT_PHASE_COMMITTING:
    case FT_PHASE_PROTECTED:
        ft_primary_discard(s);
        return;
    default:
        return;
    }
}
