/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The standby's half. The rules R1 to R7 are those of ownership.h. */
#include "config.h"

#include "pair/ownership-private.h"

/* Never take over with what is held now (R3). */
static void
drop_copy(struct ft_step *s, enum ft_ownership_phase phase)
{
    ft_own_forget_question(s->own);
    s->own->epoch = 0;
    s->own->named = false;
    s->own->voided = false;
    s->own->closed = false;
    s->own->handing = false;
    s->own->ping_at_ns = FT_NEVER;
    ft_own_phase(s, phase);
}

static void
drop_and_say(struct ft_step *s)
{
    drop_copy(s, FT_PHASE_IDLE);
    ft_own_send(s, FT_MESSAGE_DISCARDED, s->own->sync);
}

/* Without a witness a standby never takes over by itself. */
static void
suspect(struct ft_step *s)
{
    s->own->closed = false;
    s->own->ping_at_ns = FT_NEVER;
    if (!s->own->voided)
        ft_own_want(s);
}

/* The generation is ours: write it down, then run (R3: no SEND_ACK from here). */
void
ft_standby_take_over(struct ft_step *s, uint64_t generation)
{
    struct ft_ownership *own = s->own;

    own->record.offered = own->asked_offer && own->phase == FT_PHASE_VALID;
    ft_own_forget_question(own);
    own->record.generation = generation;
    own->record.owner = own->config.self;
    own->record.role = FT_ROLE_PRIMARY;
    own->record.peer_may_take_over = false;
    own->record.was_protected = true;
    own->record.unrun = true;
    own->record.off = false;
    ft_own_persist(s);
    ft_own_emit(s, FT_ACTION_LOAD_VM);
    ft_own_phase(s, FT_PHASE_RESUMING);
}

static void
on_start(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->vm = s->event->vm;
    if (own->vm != FT_VM_GONE && own->vm != FT_VM_OFF)
        ft_own_emit(s, FT_ACTION_DESTROY_COPY); /* of a former life */
    ft_own_phase(s, FT_PHASE_IDLE);
}

/* What was won never ran here: the peer may have it, or has it back. */
static void
hand_back(struct ft_step *s)
{
    s->own->record.unrun = s->own->record.offered = false;
    s->own->record.role = FT_ROLE_STANDBY;
    ft_own_persist(s);
    drop_and_say(s);
}

/* What was only offered is loaded here, and the primary's again. */
static void
lose_offer(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    hand_back(s);
    if (own->linked || s->event->kind == FT_EVENT_LINK_UP)
        ft_own_emit(s, FT_ACTION_DISCONNECT);
    own->linked = false;
    ft_own_emit(s, FT_ACTION_DESTROY_COPY);
}

static void
on_link_up(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->phase == FT_PHASE_RESUMING && own->record.offered &&
        s->event->peer.role == FT_ROLE_PRIMARY &&
        s->event->peer.generation > own->record.generation) {
        lose_offer(s);
        return;
    }
    if (own->phase == FT_PHASE_RESUMING ||
        s->event->peer.role != FT_ROLE_PRIMARY) {
        ft_own_emit(s, FT_ACTION_DISCONNECT);
        own->linked = false;
        return;
    }
    if (own->phase == FT_PHASE_FILLING)
        drop_copy(s, FT_PHASE_IDLE);
    own->linked = true;
    own->closed = false;
    own->ping_at_ns = FT_NEVER;
    own->sync = 0;
}

static void
on_link_closed(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (!own->linked)
        return;
    own->linked = false;
    if (own->phase == FT_PHASE_FILLING)
        drop_copy(s, FT_PHASE_IDLE);
    if (own->phase != FT_PHASE_VALID || own->want || own->voided)
        return;
    own->closed = true;
    own->closed_ns = s->now;
    ft_own_emit(s, FT_ACTION_PING);
}

/*
 * How long silence may last. Where the host answers by another path it is this
 * one that failed, or both its directions in turn: a primary that lives has
 * asked the witness by now, and goes on without a takeover.
 */
static int64_t
patience_with_silence(const struct ft_ownership *own)
{
    int64_t silence = own->config.silence_ns;

    return own->alive_ns == own->heard_ns ? silence / 2 * 3 : silence;
}

/* Once in a silence, before it means anything; only a witness can be asked. */
static bool
may_ping_early(const struct ft_ownership *own)
{
    return own->linked && own->config.witness && own->pinged_ns != own->heard_ns;
}

/* The ping of this silence is answered, and nothing was heard since. */
static bool
is_answer_to_silence(const struct ft_ownership *own)
{
    return own->linked && own->pinged_ns == own->heard_ns;
}

/* The peer's daemon lives: give the worker time, but keep an eye on the host. */
static void
on_ping_answered(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (s->event->kind == FT_EVENT_PING_ALIVE && is_answer_to_silence(own))
        own->alive_ns = own->heard_ns; /* without a worker nobody asks there */
    if (own->closed)
        own->ping_at_ns = s->now + own->config.silence_ns / 2;
}

static void
on_ping_failed(struct ft_step *s)
{
    if (s->own->closed && s->own->phase == FT_PHASE_VALID)
        suspect(s);
}

/* What was heard last is gone, and no time brings it back. */
static void
on_ping_rebooted(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->phase == FT_PHASE_VALID &&
        (own->closed || is_answer_to_silence(own)))
        suspect(s);
}

static void
on_discard(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    bool sync = s->event->message == FT_MESSAGE_DISCARD;

    own->peer_off = s->event->message == FT_MESSAGE_OFF;
    own->sync = s->event->generation;
    own->resume_failed = false;
    drop_copy(s, sync ? FT_PHASE_FILLING : FT_PHASE_IDLE);
    ft_own_send(s, FT_MESSAGE_DISCARDED, own->sync);
}

static void
on_generation(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (s->event->generation <= own->record.generation) {
        ft_own_emit(s, FT_ACTION_DISCONNECT); /* an owner never goes back */
        own->linked = false;
        drop_copy(s, FT_PHASE_IDLE);
        return;
    }
    own->record.generation = s->event->generation;
    own->record.owner = 1 - own->config.self;
    own->record.was_protected = true;
    ft_own_persist(s);
    own->named = own->phase == FT_PHASE_FILLING || own->named;
    own->voided = false;
    ft_own_forget_question(own);
}

static void
on_handover(struct ft_step *s)
{
    if (s->own->phase != FT_PHASE_VALID || s->own->voided)
        drop_and_say(s);
    else {
        s->own->handing = true;
        suspect(s);
    }
}

static void
on_grant(struct ft_step *s)
{
    if (s->own->phase != FT_PHASE_VALID ||
        s->event->generation <= s->own->record.generation)
        drop_and_say(s);
    else {
        s->own->asked_offer = false;
        ft_standby_take_over(s, s->event->generation);
    }
}

static void
on_message(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (!own->linked || own->phase == FT_PHASE_RESUMING)
        return;
    switch (s->event->message) {
    case FT_MESSAGE_DISCARD:
    case FT_MESSAGE_OFF:
    case FT_MESSAGE_GOODBYE:
        on_discard(s);
        return;
    case FT_MESSAGE_GENERATION:
        on_generation(s);
        return;
    case FT_MESSAGE_HANDOVER:
        on_handover(s);
        return;
    case FT_MESSAGE_GRANT:
        on_grant(s);
        return;
    default:
        return;
    }
}

static void
on_epoch_held(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    bool first = own->phase == FT_PHASE_FILLING && own->named;

    if (!own->linked || s->event->epoch <= own->epoch ||
        !(first || own->phase == FT_PHASE_VALID))
        return;
    own->epoch = s->event->epoch;
    if (first)
        ft_own_phase(s, FT_PHASE_VALID);
    ft_own_emit(s, FT_ACTION_SEND_ACK)->epoch = own->epoch;
}

static void
run_loaded(struct ft_step *s)
{
    s->own->record.unrun = s->own->record.offered = false;
    ft_own_persist(s);
    ft_own_emit(s, FT_ACTION_RESUME_VM);
}

static void
on_won(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->phase == FT_PHASE_VALID) {
        ft_standby_take_over(s, own->asked_generation);
    } else if (own->phase == FT_PHASE_RESUMING && own->record.offered) {
        own->want = false;
        own->record.generation = own->asked_generation;
        run_loaded(s);
    }
}

static void
on_lost(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    ft_own_forget_question(own);
    if (own->phase == FT_PHASE_RESUMING && own->record.offered) {
        lose_offer(s);
        return;
    }
    own->voided = own->phase == FT_PHASE_VALID;
}

static void
on_loaded(struct ft_step *s)
{
    if (s->own->phase != FT_PHASE_RESUMING || !s->own->record.unrun)
        return;
    if (s->own->record.offered) {
        ft_own_phase(s, FT_PHASE_RESUMING); /* from now on the guest waits */
        ft_own_want(s);
    } else {
        run_loaded(s);
    }
}

/*
 * Loaded, and only the witness's second word is missing. When it does not come
 * in the time that a switchover may take, the guest goes on where it was: nobody
 * can tell the source but we, by having no copy any more.
 */
static bool
waits_with_offer(const struct ft_ownership *own)
{
    return own->phase == FT_PHASE_RESUMING && own->record.offered && own->want;
}

static void
on_resumed(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->phase != FT_PHASE_RESUMING || own->record.unrun)
        return;
    ft_own_send(s, FT_MESSAGE_TOOK_OVER, own->record.generation);
    ft_own_emit(s, FT_ACTION_EXIT_FOR_ROLE);
    ft_own_phase(s, FT_PHASE_ENDED);
}

/*
 * A guest that was not loaded never ran here, so the peer may have it back. One
 * that was may run now whatever the error says (R6): the next process looks.
 */
static void
on_resume_failed(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->phase != FT_PHASE_RESUMING)
        return;
    if (!own->record.unrun) {
        ft_own_emit(s, FT_ACTION_EXIT_FOR_ROLE);
        ft_own_phase(s, FT_PHASE_ENDED);
        return;
    }
    own->resume_failed = true;
    hand_back(s);
}

/*
 * The waiting QEMU ended, or what it holds turned out to be wrong. While it is
 * being resumed, RESUME_FAILED or RESUMED is what counts.
 */
static void
on_copy_lost(struct ft_step *s)
{
    if (s->own->phase != FT_PHASE_RESUMING)
        drop_and_say(s);
}

static void
on_unprotect(struct ft_step *s)
{
    if (s->own->phase == FT_PHASE_RESUMING)
        return; /* the primary that it becomes is asked then */
    drop_and_say(s);
    ft_own_emit(s, FT_ACTION_DESTROY_COPY);
    ft_own_emit(s, FT_ACTION_REMOVED);
    ft_own_phase(s, FT_PHASE_ENDED);
}

/*
 * The primary removed the pair while this side was away, and so could not say
 * GOODBYE: nothing here is worth anything, whatever this side has won and handed
 * back meanwhile. Who removes it may be about to say so here as well, and waits
 * for the answer: that comes first.
 */
static void
on_witness_removed(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (own->linked || s->event->owner == own->config.self ||
        (own->phase == FT_PHASE_VALID &&
         s->event->generation < own->record.generation) ||
        s->now - own->phase_ns < own->config.handover_ns)
        return;
    on_unprotect(s);
}

static void
on_tick(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (waits_with_offer(own) &&
        s->now - own->phase_ns >= own->config.handover_ns) {
        lose_offer(s);
        return;
    }
    if (own->linked && own->phase != FT_PHASE_RESUMING &&
        ft_own_silent(s, own->config.patience_ns)) {
        ft_own_emit(s, FT_ACTION_DISCONNECT);
        on_link_closed(s);
    }
    if (own->phase != FT_PHASE_VALID || own->want || own->voided)
        return;
    if (own->linked && ft_own_silent(s, patience_with_silence(own))) {
        suspect(s);
    } else if (may_ping_early(own) &&
               ft_own_silent(s, ft_own_early_silence(own))) {
        own->pinged_ns = own->heard_ns;
        ft_own_emit(s, FT_ACTION_PING);
    } else if (own->closed &&
               s->now - own->closed_ns >= own->config.patience_ns) {
        suspect(s);
    } else if (own->closed && s->now >= own->ping_at_ns) {
        own->ping_at_ns = FT_NEVER;
        ft_own_emit(s, FT_ACTION_PING);
    }
}

int64_t
ft_standby_deadline(const struct ft_ownership *own)
{
    int64_t next = FT_NEVER, at;

    if (waits_with_offer(own))
        return own->phase_ns + own->config.handover_ns;
    if (own->linked && own->phase != FT_PHASE_RESUMING)
        next = own->heard_ns + own->config.patience_ns;
    if (own->phase != FT_PHASE_VALID || own->want || own->voided)
        return next;
    at = own->heard_ns + (may_ping_early(own) ? ft_own_early_silence(own)
                                              : patience_with_silence(own));
    if (own->linked && at < next)
        next = at;
    at = own->closed_ns + own->config.patience_ns;
    if (own->closed && at < next)
        next = at;
    if (own->closed && own->ping_at_ns < next)
        next = own->ping_at_ns;
    return next;
}

/* Without a witness there is no question: who is heard is not suspected. */
static void
on_heard(struct ft_step *s)
{
    if (!s->own->config.witness && s->own->linked)
        s->own->want = false;
}

void
ft_standby_event(struct ft_step *s)
{
    static void (*const table[FT_EVENT_COUNT])(struct ft_step *) = {
        [FT_EVENT_START] = on_start,
        [FT_EVENT_TICK] = on_tick,
        [FT_EVENT_HEARD] = on_heard,
        [FT_EVENT_LINK_UP] = on_link_up,
        [FT_EVENT_LINK_CLOSED] = on_link_closed,
        [FT_EVENT_PING_ALIVE] = on_ping_answered,
        [FT_EVENT_PING_NO_WORKER] = on_ping_answered,
        [FT_EVENT_PING_REBOOTED] = on_ping_rebooted,
        [FT_EVENT_PING_REFUSED] = on_ping_failed,
        [FT_EVENT_PING_SILENT] = on_ping_failed,
        [FT_EVENT_MESSAGE] = on_message,
        [FT_EVENT_WON] = on_won,
        [FT_EVENT_LOST] = on_lost,
        [FT_EVENT_WITNESS_REMOVED] = on_witness_removed,
        [FT_EVENT_EPOCH_HELD] = on_epoch_held,
        [FT_EVENT_START_ASKED] = ft_standby_on_start_asked,
        [FT_EVENT_SYNC_FAILED] = on_copy_lost,
        [FT_EVENT_LOADED] = on_loaded,
        [FT_EVENT_RESUMED] = on_resumed,
        [FT_EVENT_RESUME_FAILED] = on_resume_failed,
        [FT_EVENT_VM_GONE] = on_copy_lost,
        [FT_EVENT_UNPROTECT] = on_unprotect,
    };
    enum ft_ownership_event_kind kind = s->event->kind;

    if ((unsigned)kind < FT_EVENT_COUNT && table[kind])
        table[kind](s);
}
