/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The primary's half: link and peer. The rules R1 to R7 are those of ownership.h. */
#include "config.h"

#include "pair/ownership-private.h"

static void
connect_peer(struct ft_step *s)
{
    if (!s->own->giving_up)
        ft_own_emit(s, FT_ACTION_CONNECT);
}

bool
ft_primary_vm_alive(const struct ft_ownership *own)
{
    return own->vm == FT_VM_RUNNING || own->vm == FT_VM_STOPPED;
}

/* The sole speaker lets the guest speak (R1: peer_may_take_over is clear). */
static void
speak(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->vm == FT_VM_STOPPED) {
        ft_own_emit(s, FT_ACTION_RESUME_VM);
        own->vm = FT_VM_RUNNING;
        own->resume_at_ns = FT_NEVER;
    }
    ft_own_open(s);
}

void
ft_primary_end_switchover(struct ft_step *s, bool ok)
{
    if (s->own->switching)
        ft_own_emit(s, FT_ACTION_SWITCHOVER_ENDED)->ok = ok;
    s->own->switching = false;
}

/*
 * Whether the peer has taken over what still lives here, suspecting a host that
 * was only not heard: not what was handed to it, by us or by the administrator.
 */
static bool
was_taken_alive(const struct ft_ownership *own, uint64_t generation)
{
    return ft_primary_vm_alive(own) && !own->switching &&
           own->phase != FT_PHASE_HANDING &&
           own->record.owner == own->config.self &&
           generation < own->record.generation + FT_FORCED_STEP;
}

/* The peer runs the VM under this generation (R5). */
void
ft_primary_demote(struct ft_step *s, uint64_t generation)
{
    struct ft_ownership *own = s->own;

    ft_own_hold(s);
    ft_own_emit(s, FT_ACTION_DESTROY_COPY)->ok =
        was_taken_alive(own, generation);
    own->record.generation = generation;
    own->record.owner = 1 - own->config.self;
    own->record.role = FT_ROLE_STANDBY;
    own->record.peer_may_take_over = false;
    own->record.off = false;
    ft_own_persist(s);
    ft_primary_end_switchover(s, true);
    ft_own_emit(s, own->leaving ? FT_ACTION_REMOVED : FT_ACTION_EXIT_FOR_ROLE);
    ft_own_phase(s, FT_PHASE_ENDED);
}

/* Nobody else can speak any more: record it, then speak. */
void
ft_primary_become_sole(struct ft_step *s, uint64_t generation)
{
    struct ft_ownership *own = s->own;

    own->record.generation = generation;
    own->record.owner = own->config.self;
    own->record.peer_may_take_over = false;
    ft_own_persist(s);
    if (!own->start_failed)
        own->start_at_ns = s->now;
    if (own->phase == FT_PHASE_FINAL && own->vm == FT_VM_RUNNING)
        own->vm = FT_VM_STOPPED; /* or about to be; continue it */
    speak(s);
    ft_primary_end_switchover(s, false);
}

/*
 * A newer generation without a witness is ours to take while we are sole; above
 * what the peer has written down (R8).
 */
static void
freshen(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->fresh)
        return;
    if (own->config.witness) {
        ft_own_want(s);
        return;
    }
    if (own->peer_generation > own->record.generation)
        own->record.generation = own->peer_generation;
    own->record.generation++;
    own->fresh = true;
    ft_own_persist(s);
}

static void
unlink_peer(struct ft_step *s)
{
    if (s->own->linked)
        ft_own_emit(s, FT_ACTION_DISCONNECT);
    s->own->linked = false;
    connect_peer(s);
}

/* Alone under a generation that was won, or allowed without a witness. */
void
ft_primary_go_alone(struct ft_step *s, uint64_t generation)
{
    struct ft_ownership *own = s->own;

    if (own->linked)
        unlink_peer(s);
    own->fresh = true;
    own->cold = false;
    ft_own_forget_question(own);
    ft_primary_become_sole(s, generation);
    ft_own_phase(s, FT_PHASE_ALONE);
    if (own->leaving)
        ft_primary_finish_leaving(s);
}

/*
 * The standby is out of reach while it may hold a committed copy: find out
 * who owns. Not for a VM that has gone: winning would only void the copy
 * that is left.
 */
void
ft_primary_suspect(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->vm == FT_VM_GONE || own->vm == FT_VM_WAITING)
        return;
    if (!own->config.witness &&
        (own->config.alone_without_witness || own->leaving)) {
        ft_primary_go_alone(s, own->record.generation + 1);
        return;
    }
    ft_own_want(s);
}

/* Void the standby's copy; its DISCARDED is what we go on by. */
void
ft_primary_discard(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    enum ft_ownership_message message = FT_MESSAGE_DISCARD;

    if (own->leaving)
        message = FT_MESSAGE_GOODBYE;
    else if (own->vm == FT_VM_OFF)
        message = FT_MESSAGE_OFF;
    own->filling = message == FT_MESSAGE_DISCARD;
    ft_own_phase(s, FT_PHASE_DISCARDING);
    own->sync = ++own->serial; /* never repeated, whatever comes late */
    ft_own_send(s, message, own->sync);
}

/* The standby's copy is all that is left of the VM: give it away for good. */
void
ft_primary_grant(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->record.owner == own->config.self) {
        if (own->asking && own->asked_generation > own->record.generation)
            own->record.generation = own->asked_generation;
        own->record.generation++;
        own->record.owner = 1 - own->config.self;
        own->record.peer_may_take_over = true;
        ft_own_persist(s);
    }
    ft_own_forget_question(own);
    ft_own_phase(s, FT_PHASE_GIVEN);
    ft_own_send(s, FT_MESSAGE_GRANT, own->record.generation);
}

static void
start_sync(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->sync_done = false;
    own->epoch = 0;
    ft_own_phase(s, FT_PHASE_SYNCING);
    ft_own_emit(s, FT_ACTION_START_SYNC);
    freshen(s);
}

/* Epoch 1 may make the standby valid, so R1 and R4 come first. */
void
ft_primary_try_commit(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->phase != FT_PHASE_SYNCING || !own->sync_done || !own->fresh ||
        own->asking || own->vm != FT_VM_RUNNING)
        return;
    own->fresh = false;
    own->record.peer_may_take_over = true;
    own->record.was_protected = true;
    ft_own_persist(s);
    ft_own_hold(s);
    ft_own_send(s, FT_MESSAGE_GENERATION, own->record.generation);
    ft_own_emit(s, FT_ACTION_ALLOW_COMMIT);
    ft_own_phase(s, FT_PHASE_COMMITTING);
}

/* --- events ------------------------------------------------------------ */

/* Won, but the guest never ran here (R6). */
static void
disclaim(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->record.role = FT_ROLE_STANDBY;
    own->record.peer_may_take_over = false;
    own->record.unrun = own->record.offered = false;
    ft_own_persist(s);
    ft_own_emit(s, FT_ACTION_EXIT_FOR_ROLE);
    ft_own_phase(s, FT_PHASE_ENDED);
}

static void
on_start(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->vm = s->event->vm;
    if (own->vm == FT_VM_WAITING ||
        (own->record.unrun &&
         (own->record.offered || !ft_primary_vm_alive(own)))) {
        disclaim(s);
        return;
    }
    if (own->record.unrun) { /* loaded: it will run, or does */
        own->record.unrun = false;
        ft_own_persist(s);
    }
    ft_primary_cold_begin(s);
    own->gate_open = true; /* say it, whatever it is */
    if (own->record.owner != own->config.self) {
        ft_own_hold(s);
        ft_own_phase(s, FT_PHASE_GIVEN);
    } else if (own->record.peer_may_take_over) {
        ft_own_hold(s);
        ft_own_phase(s, FT_PHASE_HELD);
    } else {
        own->gate_open = false;
        speak(s);
        ft_own_phase(s, FT_PHASE_ALONE);
    }
    connect_peer(s);
}

static void
meet_standby(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->cold = false;
    ft_primary_note_generation(own, s->event->peer.generation);
    if (own->vm == FT_VM_GONE && s->event->peer.valid) {
        if (own->record.peer_may_take_over)
            ft_primary_grant(s);
        return;
    }
    if (own->vm == FT_VM_GONE && !own->record.peer_may_take_over)
        return; /* there is nothing yet that could be copied */
    if (own->leaving && !own->record.peer_may_take_over) {
        ft_own_send(s, FT_MESSAGE_GOODBYE, ++own->serial);
        ft_primary_finish_leaving(s);
        return;
    }
    ft_primary_discard(s);
}

static void
meet_primary(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    uint64_t theirs = s->event->peer.generation;

    /* what was given away is the peer's under whatever generation it has */
    if (theirs > own->record.generation ||
        (theirs && own->record.owner != own->config.self))
        ft_primary_demote(s, theirs);
    else if (theirs == own->record.generation) {
        own->two_owners = true; /* cannot be: nobody may speak */
        ft_own_hold(s);
    } else {
        ft_primary_tell_overruled(s, theirs);
    }
}

static void
on_link_up(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->linked)
        ft_primary_on_link_closed(s);
    if (own->phase == FT_PHASE_ENDED)
        return;
    own->linked = true;
    own->sync = 0;
    if (s->event->peer.role == FT_ROLE_PRIMARY)
        meet_primary(s);
    else
        meet_standby(s);
}

void
ft_primary_on_link_closed(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (!own->linked)
        return;
    own->linked = false;
    connect_peer(s);
    switch (own->phase) {
    case FT_PHASE_GIVEN:
    case FT_PHASE_SUPERSEDED:
    case FT_PHASE_ALONE:
    case FT_PHASE_HELD:
        return;
    case FT_PHASE_FINAL: /* the VM stops, or has stopped */
        own->vm = own->vm == FT_VM_RUNNING ? FT_VM_STOPPED : own->vm;
        break;
    default:
        break;
    }
    if (own->record.owner != own->config.self) {
        ft_own_phase(s, FT_PHASE_GIVEN); /* whatever was said over this link */
        return;
    }
    if (!own->record.peer_may_take_over) {
        ft_own_forget_question(own);
        ft_own_phase(s, FT_PHASE_ALONE);
        if (own->leaving)
            ft_primary_finish_leaving(s);
        return;
    }
    ft_own_phase(s, FT_PHASE_HELD);
    if (own->leaving && own->vm == FT_VM_GONE) {
        ft_own_emit(s, FT_ACTION_REMOVED); /* nothing here could speak */
        ft_own_phase(s, FT_PHASE_ENDED);
        return;
    }
    ft_primary_suspect(s);
}

static void
on_discarded(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    bool asked_for = own->phase == FT_PHASE_DISCARDING && own->filling;
    uint64_t generation = own->record.generation;

    if (s->event->generation != own->sync || !own->linked)
        return;
    ft_primary_peer_does_not_run(own);
    switch (own->phase) {
    case FT_PHASE_GIVEN:
        generation++;
        break;
    case FT_PHASE_DISCARDING:
        if (own->record.owner != own->config.self)
            generation++;
        break;
    case FT_PHASE_SYNCING:
    case FT_PHASE_COMMITTING:
    case FT_PHASE_PROTECTED:
    case FT_PHASE_FINAL:
    case FT_PHASE_HANDING:
    case FT_PHASE_SUPERSEDED:
        break;
    default:
        return;
    }
    if (own->record.peer_may_take_over) {
        own->fresh = false;
        ft_primary_become_sole(s, generation);
    }
    if (own->leaving) {
        ft_primary_finish_leaving(s);
    } else if (!ft_primary_vm_alive(own)) {
        ft_own_forget_question(own);
        ft_own_phase(s, FT_PHASE_ALONE);
    } else if (asked_for) {
        start_sync(s);
    } else {
        ft_primary_discard(s); /* it gave up what it had; now an orderly sync */
    }
}

static void
on_took_over(struct ft_step *s)
{
    if (ft_primary_is_overruled(s->own, s->event->generation))
        ft_primary_demote(s, s->event->generation);
}

static void
on_message(struct ft_step *s)
{
    if (s->event->message == FT_MESSAGE_DISCARDED)
        on_discarded(s);
    else if (s->event->message == FT_MESSAGE_TOOK_OVER)
        on_took_over(s);
}

static void
on_acked(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->phase != FT_PHASE_COMMITTING && own->phase != FT_PHASE_PROTECTED &&
        own->phase != FT_PHASE_FINAL)
        return;
    if (!own->linked || s->event->epoch <= own->epoch)
        return;
    own->epoch = s->event->epoch;
    ft_own_emit(s, FT_ACTION_RELEASE_EPOCH)->epoch = own->epoch;
    if (own->phase == FT_PHASE_COMMITTING)
        ft_own_phase(s, FT_PHASE_PROTECTED);
    ft_primary_drop_forgotten_question(s);
    if (own->phase != FT_PHASE_FINAL || !s->event->final)
        return;
    own->vm = FT_VM_STOPPED;
    if (!own->config.witness) {
        ft_primary_grant(s);
        return;
    }
    ft_own_phase(s, FT_PHASE_HANDING);
    ft_own_send(s, FT_MESSAGE_HANDOVER, own->record.generation);
}

/* Without a witness there is no question: who is heard is not suspected. */
static void
on_heard(struct ft_step *s)
{
    if (!s->own->config.witness && s->own->linked)
        s->own->want = false;
}

void
ft_primary_event(struct ft_step *s)
{
    static void (*const table[FT_EVENT_COUNT])(struct ft_step *) = {
        [FT_EVENT_START] = on_start,
        [FT_EVENT_TICK] = ft_primary_on_tick,
        [FT_EVENT_HEARD] = on_heard,
        [FT_EVENT_LINK_UP] = on_link_up,
        [FT_EVENT_LINK_CLOSED] = ft_primary_on_link_closed,
        [FT_EVENT_MESSAGE] = on_message,
        [FT_EVENT_LOST] = ft_primary_on_lost,
        [FT_EVENT_WITNESS_SEEN] = ft_primary_on_witness_seen,
        [FT_EVENT_WITNESS_UNSEEN] = ft_primary_cold_witness,
        [FT_EVENT_WITNESS_REMOVED] = ft_primary_on_witness_removed,
        [FT_EVENT_SYNC_FAILED] = ft_primary_on_sync_failed,
        [FT_EVENT_ACKED] = on_acked,
        [FT_EVENT_RESUME_FAILED] = ft_primary_on_resume_failed,
        [FT_EVENT_VM_GONE] = ft_primary_on_vm_gone,
        [FT_EVENT_VM_OFF] = ft_primary_on_vm_off,
        [FT_EVENT_VM_STARTED] = ft_primary_on_vm_started,
        [FT_EVENT_START_FAILED] = ft_primary_on_start_failed,
        [FT_EVENT_START_ASKED] = ft_primary_on_start_asked,
        [FT_EVENT_SWITCHOVER] = ft_primary_on_switchover,
        [FT_EVENT_FINAL_FAILED] = ft_primary_on_final_failed,
        [FT_EVENT_UNPROTECT] = ft_primary_on_unprotect,
        [FT_EVENT_GIVE_UP] = ft_primary_on_give_up,
    };
    enum ft_ownership_event_kind kind = s->event->kind;

    if (kind == FT_EVENT_WON) {
        ft_primary_on_won(s, s->own->asked_generation);
    } else if (kind == FT_EVENT_SYNC_DONE) {
        s->own->sync_done = s->own->phase == FT_PHASE_SYNCING;
        ft_primary_try_commit(s);
    } else if ((unsigned)kind < FT_EVENT_COUNT && table[kind]) {
        table[kind](s);
    }
    ft_primary_cold_start(s);
}
