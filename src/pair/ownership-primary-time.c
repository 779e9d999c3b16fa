/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The primary's half: what it does when nothing is heard, and when to look. */
#include "config.h"

#include "pair/ownership-private.h"

/* How long silence may last in this phase before we ask; never: elsewhere. */
static bool
suspects_silence(const struct ft_ownership *own)
{
    switch (own->phase) {
    case FT_PHASE_COMMITTING:
    case FT_PHASE_PROTECTED:
    case FT_PHASE_FINAL:
    case FT_PHASE_HANDING:
        return !own->want && own->vm != FT_VM_GONE;
    case FT_PHASE_DISCARDING:
        return !own->want && own->vm != FT_VM_GONE &&
               own->record.peer_may_take_over &&
               own->record.owner == own->config.self;
    case FT_PHASE_HELD:
        return !own->linked && !own->want && own->vm != FT_VM_GONE;
    default:
        return false;
    }
}

static bool
phase_times_out(const struct ft_ownership *own)
{
    return own->phase == FT_PHASE_FINAL || own->phase == FT_PHASE_HANDING ||
           (own->phase == FT_PHASE_DISCARDING && own->linked);
}

static void
on_phase_timeout(struct ft_step *s)
{
    switch (s->own->phase) {
    case FT_PHASE_FINAL:
        ft_primary_on_final_failed(s);
        return;
    case FT_PHASE_HANDING:
        ft_primary_discard(s); /* refused by a standby that has won */
        return;
    default:
        ft_own_emit(s, FT_ACTION_DISCONNECT);
        ft_primary_on_link_closed(s);
        return;
    }
}

static void
resume_again(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (s->now < own->resume_at_ns)
        return;
    own->resume_at_ns = FT_NEVER;
    if (own->vm != FT_VM_STOPPED || own->phase == FT_PHASE_SUPERSEDED ||
        own->phase == FT_PHASE_GIVEN)
        return;
    own->vm = FT_VM_RUNNING;
    ft_own_emit(s, FT_ACTION_RESUME_VM);
    ft_primary_try_commit(s); /* a sync may have waited for it */
}

void
ft_primary_on_tick(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    resume_again(s);
    if (own->linked && ft_own_silent(s, own->config.patience_ns)) {
        ft_own_emit(s, FT_ACTION_DISCONNECT);
        ft_primary_on_link_closed(s);
    } else if (suspects_silence(own) &&
               ft_own_silent(s, ft_own_early_silence(own))) {
        ft_primary_suspect(s);
        own->want = own->phase != FT_PHASE_ALONE && own->phase != FT_PHASE_ENDED;
    } else if (ft_primary_cold_waits(own) &&
               s->now - own->phase_ns >= own->config.handover_ns) {
        ft_primary_cold_ask(s);
    } else if (phase_times_out(own) &&
               s->now - own->phase_ns >= own->config.handover_ns) {
        on_phase_timeout(s);
    }
}

int64_t
ft_primary_deadline(const struct ft_ownership *own)
{
    int64_t next = FT_NEVER, at;

    if (own->linked)
        next = own->heard_ns + own->config.patience_ns;
    if (own->resume_at_ns < next)
        next = own->resume_at_ns;
    at = own->heard_ns + ft_own_early_silence(own);
    if (suspects_silence(own) && at < next)
        next = at;
    at = own->phase_ns + own->config.handover_ns;
    if ((phase_times_out(own) || ft_primary_cold_waits(own)) && at < next)
        next = at;
    at = ft_primary_cold_deadline(own);
    return at < next ? at : next;
}
