/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/ownership.h"

#include <assert.h>
#include <string.h>

#include "pair/ownership-private.h"

struct ft_ownership_action *
ft_own_emit(struct ft_step *s, enum ft_ownership_action_kind kind)
{
    struct ft_ownership_action *action;

    assert(s->out->count < FT_OWNERSHIP_ACTIONS_MAX);
    action = &s->out->list[s->out->count++];
    memset(action, 0, sizeof(*action));
    action->kind = kind;
    return action;
}

void
ft_own_persist(struct ft_step *s)
{
    ft_own_emit(s, FT_ACTION_PERSIST)->record = s->own->record;
}

void
ft_own_send(struct ft_step *s, enum ft_ownership_message message,
            uint64_t generation)
{
    struct ft_ownership_action *action;

    if (!s->own->linked)
        return;
    action = ft_own_emit(s, FT_ACTION_SEND);
    action->message = message;
    action->generation = generation;
}

void
ft_own_hold(struct ft_step *s)
{
    if (s->own->gate_open)
        ft_own_emit(s, FT_ACTION_HOLD_GATE);
    s->own->gate_open = false;
}

void
ft_own_open(struct ft_step *s)
{
    if (!s->own->gate_open)
        ft_own_emit(s, FT_ACTION_OPEN_GATE);
    s->own->gate_open = true;
}

void
ft_own_phase(struct ft_step *s, enum ft_ownership_phase phase)
{
    s->own->phase = phase;
    s->own->phase_ns = s->now;
}

bool
ft_own_silent(const struct ft_step *s, int64_t limit_ns)
{
    return s->now - s->own->heard_ns >= limit_ns;
}

int64_t
ft_own_early_silence(const struct ft_ownership *own)
{
    return own->config.silence_ns / 4 * 3;
}

/* Above the witness's, ours, and what the standby has asked on (R4). */
static uint64_t
next_generation(const struct ft_ownership *own, uint64_t expected)
{
    uint64_t highest = own->record.generation;

    if (expected > highest)
        highest = expected;
    if (own->peer_generation > highest)
        highest = own->peer_generation;
    return highest + 1;
}

static void
ask(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    struct ft_ownership_action *action;
    bool primary = own->role == FT_ROLE_PRIMARY;

    if (!own->want || own->asking || !own->config.witness ||
        s->now < own->ask_at_ns)
        return;
    action = ft_own_emit(s, FT_ACTION_ASK_WITNESS);
    action->ask = ++own->ask;
    action->expected =
        primary ? ft_primary_expected(own) : own->record.generation;
    action->generation = next_generation(own, action->expected);
    action->owner = own->config.self;
    action->ok = primary && !own->record.peer_may_take_over;
    action->offered = !primary && own->handing && own->phase == FT_PHASE_VALID;
    own->asked_offer = action->offered;
    own->asked_generation = action->generation;
    own->asking = true;
}

void
ft_own_want(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    if (!own->want) {
        own->want = true;
        own->unreachable = false;
        own->forgot_ns = FT_NEVER;
        own->proven_epoch = 0;
        own->ask_at_ns = s->now;
        own->retry_ns = own->config.retry_min_ns;
    }
    ask(s);
}

void
ft_own_forget_question(struct ft_ownership *own)
{
    own->want = false;
    own->unreachable = false;
    if (own->asking)
        own->ask++;
    own->asking = own->peer_offer = false;
}

/* Answers to the question that is open; true when the event is one. */
static bool
is_answer(const struct ft_step *s)
{
    switch (s->event->kind) {
    case FT_EVENT_WON:
    case FT_EVENT_LOST:
    case FT_EVENT_UNREACHABLE:
        return true;
    default:
        return false;
    }
}

static void
back_off(struct ft_step *s)
{
    struct ft_ownership *own = s->own;

    own->unreachable = true;
    own->ask_at_ns = s->now + own->retry_ns;
    own->retry_ns *= 2;
    if (own->retry_ns > own->config.retry_max_ns)
        own->retry_ns = own->config.retry_max_ns;
}

/* A loaded copy that never ran: whoever has offered it may have it back. */
static bool
has_offer(const struct ft_ownership *own)
{
    return own->phase == FT_PHASE_RESUMING && own->record.offered;
}

/*
 * Takes what every answer has in common. A record that is older than ours is
 * no verdict: the witness has forgotten, and only its administrator helps. A
 * sole speaker (R1) may lift it, so it goes through to the role; and an offer
 * that is forgotten is one no more (R6).
 */
static bool
take_answer(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    const struct ft_ownership_event *event = s->event;

    if (!own->asking || event->ask != own->ask)
        return false;
    own->asking = false;
    own->peer_offer = event->kind == FT_EVENT_LOST && event->offered &&
                      event->owner != own->config.self;
    if (event->kind == FT_EVENT_UNREACHABLE) {
        back_off(s);
        return false;
    }
    own->unreachable = false;
    own->witness_generation =
        event->kind == FT_EVENT_WON ? own->asked_generation : event->generation;
    if (event->kind == FT_EVENT_LOST && !has_offer(own) &&
        event->generation <= own->record.generation) {
        if (own->forgot_ns == FT_NEVER)
            own->forgot_ns = s->now;
        back_off(s);
        return false;
    }
    own->forgot_ns = FT_NEVER;
    own->proven_epoch = 0;
    return true;
}

/* A TICK far behind its time means that this process itself did not run. */
static void
notice_starvation(struct ft_step *s, int64_t deadline_ns)
{
    struct ft_ownership *own = s->own;
    bool late = s->event->kind == FT_EVENT_TICK && deadline_ns != FT_NEVER &&
                s->now - deadline_ns > own->config.silence_ns / 2;

    if (!late && s->event->kind != FT_EVENT_STARVED)
        return;
    own->heard_ns = s->now;
    if (own->closed)
        own->closed_ns = s->now;
}

static void
heard_at(struct ft_ownership *own, int64_t at_ns)
{
    if (own->linked && at_ns > own->heard_ns)
        own->heard_ns = at_ns;
}

/*
 * Signs of life count before anything else is decided, and from when they
 * came: one that is noticed late must not make a silence look young.
 */
static void
notice_life(struct ft_step *s)
{
    int64_t told_ns = s->event->heard_ns;

    switch (s->event->kind) {
    case FT_EVENT_HEARD:
        heard_at(s->own, told_ns && told_ns < s->now ? told_ns : s->now);
        break;
    case FT_EVENT_MESSAGE:
    case FT_EVENT_ACKED:
    case FT_EVENT_EPOCH_HELD:
        heard_at(s->own, s->now);
        break;
    case FT_EVENT_START:
    case FT_EVENT_LINK_UP:
        s->own->heard_ns = s->now;
        break;
    default:
        break;
    }
}

static void
report(struct ft_step *s)
{
    struct ft_ownership *own = s->own;
    struct ft_ownership_action *action;
    enum ft_ownership_reason reason = FT_REASON_NONE;
    enum ft_pair_state state = own->role == FT_ROLE_PRIMARY
                                   ? ft_primary_state(own, &reason)
                                   : ft_standby_state(own, &reason);

    if (own->reported && state == own->state && reason == own->reason)
        return;
    own->reported = true;
    own->state = state;
    own->reason = reason;
    action = ft_own_emit(s, FT_ACTION_REPORT);
    action->state = state;
    action->reason = reason;
}

void
ft_ownership_init(struct ft_ownership *own,
                  const struct ft_ownership_config *config,
                  const struct ft_ownership_record *record)
{
    assert(record->generation >= 1);
    assert(config->self == 0 || config->self == 1);
    memset(own, 0, sizeof(*own));
    own->config = *config;
    /* a link is not given up before the peer is suspected */
    if (own->config.patience_ns < 2 * config->silence_ns)
        own->config.patience_ns = 2 * config->silence_ns;
    own->record = *record;
    own->role = record->role;
    own->phase = FT_PHASE_NEW;
    own->resume_at_ns = FT_NEVER;
    own->ping_at_ns = own->pinged_ns = own->alive_ns = FT_NEVER;
    own->forgot_ns = FT_NEVER;
    own->state = FT_PAIR_UNPROTECTED;
    own->reason = FT_REASON_STARTING;
}

static bool
wanted_now(const struct ft_ownership *own,
           const struct ft_ownership_event *event)
{
    if (own->phase == FT_PHASE_ENDED)
        return false;
    return (own->phase == FT_PHASE_NEW) == (event->kind == FT_EVENT_START);
}

void
ft_ownership_event(struct ft_ownership *own, int64_t now_ns,
                   const struct ft_ownership_event *event,
                   struct ft_ownership_actions *out)
{
    struct ft_step step = { own, now_ns, event, out };
    int64_t deadline_ns = ft_ownership_deadline(own);

    out->count = 0;
    if (!wanted_now(own, event))
        return;
    notice_starvation(&step, deadline_ns);
    notice_life(&step);
    if (!is_answer(&step) || take_answer(&step)) {
        if (own->role == FT_ROLE_PRIMARY)
            ft_primary_event(&step);
        else
            ft_standby_event(&step);
    }
    if (own->phase == FT_PHASE_ENDED)
        return;
    ask(&step);
    own->silent = ft_own_silent(&step, ft_own_early_silence(own));
    report(&step);
}

int64_t
ft_ownership_deadline(const struct ft_ownership *own)
{
    int64_t next = FT_NEVER;

    if (own->phase == FT_PHASE_NEW || own->phase == FT_PHASE_ENDED)
        return FT_NEVER;
    next = own->role == FT_ROLE_PRIMARY ? ft_primary_deadline(own)
                                        : ft_standby_deadline(own);
    if (own->want && !own->asking && own->config.witness &&
        own->ask_at_ns < next)
        next = own->ask_at_ns;
    return next;
}

void
ft_ownership_hello(const struct ft_ownership *own,
                   struct ft_ownership_hello *out)
{
    out->role = own->role;
    out->generation = own->record.generation;
    out->valid = own->phase == FT_PHASE_VALID;
    /* who gave it away claims nothing */
    if (own->role == FT_ROLE_PRIMARY && own->record.owner != own->config.self)
        out->generation = 0;
}

bool
ft_ownership_valid(const struct ft_ownership *own)
{
    return own->phase == FT_PHASE_VALID && !own->voided;
}

enum ft_pair_state
ft_ownership_state(const struct ft_ownership *own,
                   enum ft_ownership_reason *reason)
{
    if (reason)
        *reason = own->reason;
    return own->state;
}

bool
ft_ownership_may_start(const struct ft_ownership_record *record)
{
    return record->role == FT_ROLE_PRIMARY && !record->peer_may_take_over &&
           !record->unrun;
}

bool
ft_ownership_may_give_up(const struct ft_ownership *own)
{
    return (own->phase == FT_PHASE_PROTECTED || own->phase == FT_PHASE_FINAL) &&
           own->linked && !own->silent && !own->leaving &&
           own->record.owner == own->config.self;
}

bool
ft_ownership_may_go_alone(const struct ft_ownership *own)
{
    return (own->phase == FT_PHASE_PROTECTED ||
            own->phase == FT_PHASE_COMMITTING) &&
           own->linked && own->vm == FT_VM_RUNNING &&
           (own->config.witness || own->config.alone_without_witness);
}
