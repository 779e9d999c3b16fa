/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The primary's half: what the witness answers, and what it holds. */
#include "config.h"

#include "pair/ownership-private.h"

#define QUESTIONS_END 5 /* half silences: what an answer may take, and more */
#define EPOCHS_UNDER_WAY 4 /* at most */

/* Heard again within the silence: keep the copy, name it anew. */
static void
revalidate(struct ft_step *s, uint64_t generation)
{
    s->own->record.generation = generation;
    ft_own_persist(s);
    ft_own_send(s, FT_MESSAGE_GENERATION, generation);
}

void
ft_primary_on_won(struct ft_step *s, uint64_t generation)
{
    struct ft_ownership *own = s->own;

    own->want = false;
    switch (own->phase) {
    case FT_PHASE_COMMITTING:
    case FT_PHASE_PROTECTED:
    case FT_PHASE_FINAL:
        if (ft_own_silent(s, ft_own_early_silence(own)))
            ft_primary_go_alone(s, generation);
        else
            revalidate(s, generation);
        return;
    case FT_PHASE_HANDING: /* the standby can win no more */
    case FT_PHASE_HELD:
        if (own->vm == FT_VM_GONE && !own->cold)
            revalidate(s, generation); /* its copy is still to be granted */
        else
            ft_primary_go_alone(s, generation);
        return;
    case FT_PHASE_DISCARDING:
        if (own->record.owner != own->config.self)
            return; /* given away: not ours to take */
        own->fresh = true;
        ft_primary_become_sole(s, generation);
        return;
    case FT_PHASE_ALONE:
    case FT_PHASE_SYNCING:
        own->fresh = true;
        own->record.generation = generation;
        ft_own_persist(s);
        ft_primary_try_commit(s);
        return;
    default:
        return;
    }
}

/* R6: what the peer has is an offer, and what was offered stands here. */
static bool
may_take_back(const struct ft_ownership *own)
{
    return own->peer_offer && own->want && ft_primary_vm_alive(own) &&
           own->record.owner == own->config.self;
}

void
ft_primary_on_lost(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (s->event->owner == own->config.self) {
        ft_primary_on_won(s,
                          s->event->generation); /* in a former life of ours */
        return;
    }
    if (!own->record.peer_may_take_over)
        return; /* R1: asked again at once */
    if (may_take_back(own))
        return; /* the same */
    switch (own->phase) {
    case FT_PHASE_COMMITTING:
    case FT_PHASE_PROTECTED:
    case FT_PHASE_FINAL:
    case FT_PHASE_HANDING:
    case FT_PHASE_HELD:
        if (own->phase == FT_PHASE_FINAL && own->vm == FT_VM_RUNNING)
            own->vm = FT_VM_STOPPED;
        ft_own_forget_question(own);
        ft_own_phase(s, FT_PHASE_SUPERSEDED);
        return;
    case FT_PHASE_DISCARDING:
        ft_own_forget_question(own); /* its DISCARDED decides */
        return;
    default:
        return;
    }
}

/* It is certain that we own: alone, or heard by a standby that never asked. */
static bool
owns_for_certain(const struct ft_ownership *own)
{
    if (own->record.owner != own->config.self || own->two_owners || own->want ||
        own->asking)
        return false;
    return !own->record.peer_may_take_over ||
           (own->phase == FT_PHASE_PROTECTED && own->linked && !own->silent);
}

/*
 * A question of a former life, which came to the witness late, made its record
 * newer than ours: the standby could only lose. Asked again, it names the copy
 * anew.
 */
static bool
is_ahead(const struct ft_step *s)
{
    const struct ft_ownership *own = s->own;

    return s->event->generation > own->record.generation &&
           s->event->owner == own->config.self &&
           own->phase == FT_PHASE_PROTECTED && owns_for_certain(own);
}

static struct ft_ownership_action *
raise_witness(struct ft_step *s, uint64_t from, bool forgot)
{
    struct ft_ownership_action *action = ft_own_emit(s, FT_ACTION_RAISE_WITNESS);

    action->ok = !forgot;
    action->expected = from;
    action->generation = s->own->record.generation;
    action->owner = s->own->config.self;
    return action;
}

/*
 * It has given the pair to the standby, by its answer to us, and forgotten that.
 * The standby may never have heard: both would wait for ever.
 */
static void
raise_for_standby(struct ft_step *s)
{
    struct ft_ownership_action *action =
        raise_witness(s, s->event->generation, true);

    action->generation = s->own->witness_generation;
    action->owner = 1 - s->own->config.self;
}

/*
 * A question that a witness has forgotten stays open for ever, and while it is
 * the witness is not told again. Whoever has asked it before it forgot has its
 * answer by now, or never gets one; whoever asks it now loses; and a standby that
 * has won acknowledges nothing (R3). So an epoch that was begun since, and is
 * acknowledged, says that the standby has not won.
 */
void
ft_primary_drop_forgotten_question(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (!own->want || own->asking || own->forgot_ns == FT_NEVER ||
        own->phase != FT_PHASE_PROTECTED ||
        s->now - own->forgot_ns < QUESTIONS_END * (own->config.silence_ns / 2))
        return;
    if (!own->proven_epoch) {
        own->proven_epoch = own->epoch + EPOCHS_UNDER_WAY;
    } else if (own->epoch >= own->proven_epoch) {
        ft_own_forget_question(own);
        raise_witness(s, own->witness_generation, true);
    }
}

/*
 * An older record at the witness is told again, or the standby could win what
 * is ours already; never while it may have won. One that was newer before is
 * worth a word: the witness was set back to a snapshot. Others are as they
 * should be: what was granted is not told to a witness at once.
 */
void
ft_primary_on_witness_seen(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    bool forgot = s->event->generation < own->witness_generation;

    ft_primary_cold_witness(s);
    if (is_ahead(s))
        ft_own_want(s);
    if (forgot && own->phase == FT_PHASE_SUPERSEDED)
        raise_for_standby(s);
    if (s->event->generation >= own->record.generation ||
        !owns_for_certain(own)) {
        if (!forgot)
            own->witness_generation = s->event->generation;
        return;
    }
    raise_witness(s, s->event->generation, forgot);
}

/*
 * The last word of whoever removed the pair (R5). The peer's ends the copy here,
 * as TOOK_OVER does. Our own was said in a former life, which ended before all
 * was done: the VM goes on without us, but one that is down is started before. It
 * may have come late, when the pair was protected again: nobody wins anything
 * from a pair that is removed, so it makes us sole as a generation would (R1).
 */
void
ft_primary_on_witness_removed(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    uint64_t generation = s->event->generation;

    if (s->event->owner != own->config.self) {
        if (!ft_primary_is_overruled(own, generation))
            return;
        own->leaving = true;
        ft_primary_demote(s, generation);
    } else if (own->record.owner == own->config.self && !own->two_owners &&
               own->vm != FT_VM_GONE && generation >= own->record.generation) {
        own->leaving = true;
        if (own->record.peer_may_take_over)
            ft_primary_go_alone(s, own->record.generation);
        else
            ft_primary_finish_leaving(s);
    }
}

uint64_t
ft_primary_expected(const struct ft_ownership *own)
{
    if (own->witness_generation &&
        (!own->record.peer_may_take_over || may_take_back(own)))
        return own->witness_generation; /* R1, R6 */
    return own->record.generation;
}
