/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The administrator's word that the peer is lost (R7, R8): what it lets either side
 * do, and how the other one obeys when they meet nevertheless.
 */
#include "config.h"

#include "pair/ownership-private.h"

bool
ft_ownership_may_force(const struct ft_ownership *own)
{
    return own->role == FT_ROLE_STANDBY && own->phase == FT_PHASE_VALID &&
           !own->linked;
}

/*
 * The administrator's word that the primary is lost: what is held goes on without a
 * question (R8). Not while that one is heard, which can hand over.
 */
void
ft_standby_on_start_asked(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (!ft_ownership_may_force(own) || !s->event->force)
        return;
    own->asked_offer = false;
    ft_standby_take_over(s, own->record.generation + FT_FORCED_STEP);
}

/* The administrator's word that this side runs it, whatever the peer has. */
void
ft_primary_overrule_peer(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    uint64_t known = own->record.generation > own->witness_generation
                         ? own->record.generation
                         : own->witness_generation;

    ft_own_forget_question(own);
    own->fresh = false;
    ft_primary_become_sole(s, known + FT_FORCED_STEP);
    ft_own_phase(s, FT_PHASE_ALONE);
}

/*
 * What this side has; over one that is sole only an administrator's word is. What
 * was given away is the peer's under whatever generation it has.
 */
bool
ft_primary_is_overruled(const struct ft_ownership *own, uint64_t generation)
{
    if (own->record.owner != own->config.self)
        return true;
    return generation >
           own->record.generation +
               (own->record.peer_may_take_over ? 0 : FT_FORCED_STEP / 2);
}

/* A primary below us: it may have our HELLO of before that word. */
void
ft_primary_tell_overruled(struct ft_step *s, uint64_t theirs)
{
    const struct ft_ownership *own = s->own;

    if (own->record.owner == own->config.self && theirs &&
        own->record.generation - theirs > FT_FORCED_STEP / 2)
        ft_own_send(s, FT_MESSAGE_TOOK_OVER, own->record.generation);
}

/*
 * A standby that has won, and given it back when the witness was set back, has a
 * record that is not below ours, and a question of it may be under way still (R4).
 * One far above was told to run what it has (R8): only its DISCARDED says that it
 * will not, and may be gone beyond.
 */
void
ft_primary_note_generation(struct ft_ownership *own, uint64_t theirs)
{
    uint64_t above;

    own->peer_generation = own->peer_forced = 0;
    if (theirs < own->record.generation)
        return;
    above = theirs - own->record.generation;
    if (above > FT_FORCED_STEP / 2) {
        own->peer_forced = above < 2 * FT_FORCED_STEP ? theirs : 0;
        return;
    }
    if (!own->config.witness)
        return;
    own->peer_generation = theirs;
    own->fresh = false;
}

/* Its DISCARDED has come. */
void
ft_primary_peer_does_not_run(struct ft_ownership *own)
{
    if (!own->peer_forced)
        return;
    own->peer_generation = own->peer_forced;
    own->peer_forced = 0;
    own->fresh = false;
}
