/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public state of a pair, as each side sees it. */
#include "config.h"

#include "pair/ownership-private.h"

static enum ft_pair_state
alone_state(const struct ft_ownership *own, enum ft_ownership_reason *reason)
{
    if (own->two_owners || own->vm == FT_VM_GONE) {
        *reason = own->two_owners     ? FT_REASON_TWO_OWNERS
                  : own->leaving      ? FT_REASON_VM_GONE
                  : own->start_failed ? FT_REASON_START_FAILED
                                      : FT_REASON_COLD_START;
        return FT_PAIR_FAILED;
    }
    *reason = own->vm == FT_VM_OFF ? FT_REASON_VM_OFF
              : own->giving_up     ? FT_REASON_GAVE_UP
                                   : FT_REASON_NO_PEER;
    return *reason == FT_REASON_NO_PEER ? FT_PAIR_ALONE : FT_PAIR_UNPROTECTED;
}

static enum ft_pair_state
held_state(const struct ft_ownership *own, enum ft_ownership_reason *reason)
{
    if (own->vm == FT_VM_GONE) {
        *reason = FT_REASON_PEER_NEWER;
        return FT_PAIR_FAILED;
    }
    if (!own->config.witness && own->want)
        *reason = FT_REASON_HELD_NO_WITNESS;
    else if (own->unreachable)
        *reason = FT_REASON_HELD;
    else
        *reason = FT_REASON_STARTING;
    return *reason == FT_REASON_STARTING ? FT_PAIR_RESYNCING : FT_PAIR_FAILED;
}

static enum ft_pair_state
sync_state(const struct ft_ownership *own, enum ft_ownership_reason *reason)
{
    if (own->vm == FT_VM_OFF) {
        *reason = FT_REASON_VM_OFF;
        return FT_PAIR_UNPROTECTED;
    }
    if (own->vm == FT_VM_GONE && !own->leaving) {
        *reason = FT_REASON_COLD_START; /* as soon as the standby agrees */
        return FT_PAIR_FAILED;
    }
    *reason = own->leaving ? FT_REASON_LEAVING
              : own->sync_done && !own->fresh && own->phase == FT_PHASE_SYNCING
                  ? FT_REASON_WAITING_WITNESS
                  : FT_REASON_COPYING;
    return own->record.was_protected && own->phase != FT_PHASE_COMMITTING
               ? FT_PAIR_RESYNCING
               : FT_PAIR_SYNCING;
}

enum ft_pair_state
ft_primary_state(const struct ft_ownership *own,
                 enum ft_ownership_reason *reason)
{
    if (own->resume_at_ns != FT_NEVER) {
        *reason = FT_REASON_STANDS;
        return FT_PAIR_FAILED;
    }
    switch (own->phase) {
    case FT_PHASE_ALONE:
        return alone_state(own, reason);
    case FT_PHASE_HELD:
        return held_state(own, reason);
    case FT_PHASE_DISCARDING:
    case FT_PHASE_SYNCING:
    case FT_PHASE_COMMITTING:
        return sync_state(own, reason);
    case FT_PHASE_GIVEN:
        *reason = own->linked ? FT_REASON_HANDING_OVER : FT_REASON_GIVEN_AWAY;
        return own->linked ? FT_PAIR_PROTECTED : FT_PAIR_FAILED;
    case FT_PHASE_FINAL:
    case FT_PHASE_HANDING:
        *reason = FT_REASON_HANDING_OVER;
        return FT_PAIR_PROTECTED;
    case FT_PHASE_SUPERSEDED:
        *reason = FT_REASON_SUPERSEDED;
        return FT_PAIR_FAILED;
    default: /* a question stays open, but what is heard is acknowledged */
        if (own->want && own->silent &&
            (own->unreachable || !own->config.witness))
            return held_state(own, reason);
        return FT_PAIR_PROTECTED;
    }
}

static enum ft_pair_state
valid_state(const struct ft_ownership *own, enum ft_ownership_reason *reason)
{
    if (own->voided) {
        *reason = FT_REASON_NO_PEER;
        return FT_PAIR_UNPROTECTED;
    }
    if (own->want && own->unreachable) {
        *reason = FT_REASON_WAITING_WITNESS;
        return FT_PAIR_FAILED;
    }
    if (own->want && !own->config.witness) {
        *reason = FT_REASON_NO_TAKEOVER;
        return FT_PAIR_FAILED;
    }
    if (own->want || !own->linked)
        *reason = FT_REASON_SUSPECTING;
    return FT_PAIR_PROTECTED;
}

enum ft_pair_state
ft_standby_state(const struct ft_ownership *own,
                 enum ft_ownership_reason *reason)
{
    switch (own->phase) {
    case FT_PHASE_FILLING:
        *reason = FT_REASON_COPYING;
        if (own->named) /* was_protected is of this sync */
            return own->state;
        return own->record.was_protected ? FT_PAIR_RESYNCING : FT_PAIR_SYNCING;
    case FT_PHASE_VALID:
        return valid_state(own, reason);
    case FT_PHASE_RESUMING:
        *reason = FT_REASON_TAKING_OVER;
        return FT_PAIR_PROTECTED;
    default:
        if (own->resume_failed) {
            *reason = FT_REASON_RESUME_FAILED;
            return FT_PAIR_FAILED;
        }
        *reason = own->peer_off ? FT_REASON_VM_OFF : FT_REASON_NO_PEER;
        return FT_PAIR_UNPROTECTED;
    }
}
