/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-questions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "virt/loop.h"
#include "worker/worker-voters.h"

#define WITNESS_CHECK_NS (2 * FT_NS_PER_S)
#define LOOK_MS 5000
#define LOOK_AGAIN_MS 1000 /* it may have begun to listen just after */

/* Notes a change of whether the witness answers; control thread. */
static void
note_witness(struct ft_worker *w, int reachable, const struct ft_error *err)
{
    int before = atomic_exchange(&w->witness_reachable, reachable);

    if (before == reachable || (before < 0 && reachable))
        return;
    ft_worker_note(w, reachable ? "info" : "warn",
                   reachable ? "witness-reachable" : "witness-unreachable",
                   "%s", reachable ? "the witness answers again" : err->text);
}

struct question {
    struct ft_worker *worker;
    struct ft_ownership_action ask;
    struct ft_ownership_event answer;
    char boot[FT_BOOT_ID_SIZE]; /* of the peer's host, when it was heard */
    bool removed, full;         /* what it says of the pair, and of itself */
    struct ft_error err;
    struct ft_voters voters;
    struct ft_voters_seen seen;
};

static int
owner_of(const struct ft_worker *w, const struct ft_witness_answer *answer)
{
    return !strcmp(answer->owner, w->config.hosts[1].name);
}

/* The pair is no more, by the word of its owner. */
static void
hear_of_removal(struct ft_worker *w, const struct ft_ownership_event *answer)
{
    if (answer->owner != (int)w->config.self && !w->runs_on[0])
        snprintf(w->runs_on, sizeof(w->runs_on), "%s", ft_worker_peer_name(w));
    ft_worker_event(w, &(struct ft_ownership_event){
                           .kind = FT_EVENT_WITNESS_REMOVED,
                           .generation = answer->generation,
                           .owner = answer->owner });
}

static void
ask_witness(void *opaque)
{
    struct question *q = opaque;
    struct ft_worker *w = q->worker;
    struct ft_vote vote = {
        .expected = q->ask.expected,
        .generation = q->ask.generation,
        .owner = w->config.hosts[q->ask.owner].name,
        .offer = q->ask.offered,
        .sole = q->ask.ok,
    };
    struct ft_witness_answer a = { 0 };
    int64_t deadline =
        ft_clock_ns() + INT64_C(2) * w->config.silence_ms * FT_NS_PER_MS;

    q->answer.ask = q->ask.ask;
    q->answer.kind = FT_EVENT_UNREACHABLE;
    if (ft_voters_swap(&q->voters, &vote, deadline, &a, &q->err))
        return;
    q->removed = a.removed != 0;
    if (!q->removed)
        q->answer.kind = a.won ? FT_EVENT_WON : FT_EVENT_LOST;
    q->answer.generation = a.generation;
    q->answer.owner = owner_of(w, &a);
    q->answer.offered = a.offered != 0;
}

static void
witness_answered(void *opaque)
{
    struct question *q = opaque;
    struct ft_worker *w = q->worker;
    int reachable = q->answer.kind != FT_EVENT_UNREACHABLE;

    if (reachable)
        ft_worker_note(w, "info", "witness", "the witness %s generation %llu",
                       q->answer.kind == FT_EVENT_WON ? "gave us"
                                                      : "refused: it is at",
                       (unsigned long long)q->answer.generation);
    note_witness(w, reachable || q->removed, &q->err);
    if (q->removed)
        hear_of_removal(w, &q->answer);
    ft_worker_event(w, &q->answer);
    ft_voters_end(w, &q->voters); /* what it has won is its own by now */
    free(q);
}

/* Blocking work about an action, off the control thread; always answered. */
static void
run_question(struct ft_worker *w, const struct ft_ownership_action *action,
             bool witnesses, ft_loop_call work, ft_loop_call done)
{
    struct question *q;

    while (!(q = calloc(1, sizeof(*q))))
        ft_clock_sleep(10 * FT_NS_PER_MS);
    q->worker = w;
    q->ask = *action;
    if (witnesses)
        ft_voters_begin(w, &q->voters);
    memcpy(q->boot, w->peer_boot, sizeof(q->boot));
    while (ft_loop_async(work, done, q))
        ft_clock_sleep(10 * FT_NS_PER_MS);
}

static void
look_for_witness(void *opaque)
{
    struct question *q = opaque;
    struct ft_witness_answer a = { 0 };

    q->answer.ask = ft_voters_look(&q->voters, WITNESS_CHECK_NS, &q->seen, &a,
                                   &q->err) == 0;
    q->answer.kind =
        q->answer.ask ? FT_EVENT_WITNESS_SEEN : FT_EVENT_WITNESS_UNSEEN;
    q->answer.generation = a.generation;
    q->answer.owner = owner_of(q->worker, &a);
    q->removed = a.removed != 0;
    q->full = a.full != 0;
}

/* It would refuse what a takeover asks for, until there is room. */
static void
note_full(struct ft_worker *w, bool full)
{
    const char *name = w->config.witness.name;

    if (full && !w->witness_full)
        ft_worker_note(w, "warn", "witness-full",
                       "the witness %s cannot store another word, so no host "
                       "could take %s over; free space on its disk",
                       name, w->config.vm);
    else if (w->witness_full && !full)
        ft_worker_note(w, "info", "witness-stores",
                       "the witness %s can store its word again", name);
    w->witness_full = full;
}

/*
 * A record that was older than ours when it was asked for: until the witness is
 * told again, it could give away what is ours. Of a pair that is not protected
 * it may be as it should: what was granted is told afterwards.
 */
static void
note_older(struct ft_worker *w, const struct question *q)
{
    const struct ft_ownership_record *r = &w->state.record;
    bool older = r->role == FT_ROLE_PRIMARY &&
                 r->owner == (int)w->config.self &&
                 q->answer.generation < q->ask.generation;

    if (older && !w->witness_older && w->reported == FT_PAIR_PROTECTED)
        ft_worker_note(w, "warn", "witness-older",
                       "the witness is at generation %llu, and %s at %llu: until "
                       "it is told again, a takeover of %s is not safe",
                       (unsigned long long)q->answer.generation,
                       w->config.hosts[w->config.self].name,
                       (unsigned long long)q->ask.generation, w->config.vm);
    w->witness_older = older;
}

/* The one that the pair moves to, whatever the other one says. */
static void
note_next(struct ft_worker *w, const struct question *q)
{
    uint64_t ours;

    if (q->voters.count < 2 || q->voters.serial != w->voters_serial)
        return;
    w->next_witness_reachable = q->seen.rcs[1] == 0;
    pthread_mutex_lock(&w->own_lock); /* what it has won, written down or not */
    ours = w->own.record.generation;
    pthread_mutex_unlock(&w->own_lock);
    w->next_witness_older =
        !q->seen.rcs[1] && q->seen.answers[1].generation < ours;
}

static void
witness_looked_for(void *opaque)
{
    struct question *q = opaque;
    bool moving = q->voters.count > 1;

    note_next(q->worker, q);
    ft_voters_end(q->worker, &q->voters);
    ft_loop_timer_set(q->worker->witness_timer,
                      q->answer.ask && !moving ? LOOK_MS : LOOK_AGAIN_MS);
    note_witness(q->worker, q->answer.ask != 0, &q->err);
    if (q->answer.ask)
        note_full(q->worker, q->full);
    if (q->answer.kind == FT_EVENT_WITNESS_SEEN && !q->removed)
        note_older(q->worker, q);
    if (q->removed)
        hear_of_removal(q->worker, &q->answer);
    else
        ft_worker_event(q->worker, &q->answer);
    free(q);
}

static void
raise_witness(void *opaque)
{
    struct question *q = opaque;
    struct ft_vote vote = {
        .expected = q->ask.expected,
        .generation = q->ask.generation,
        .owner = q->worker->config.hosts[q->ask.owner].name,
    };

    q->answer.ask = ft_voters_raise(&q->voters, &vote,
                                    ft_clock_ns() + WITNESS_CHECK_NS, &q->err);
}

static void
witness_raised(void *opaque)
{
    struct question *q = opaque;

    bool moving =
        q->voters.count > 1; /* to one that is told for the first time */

    ft_voters_end(q->worker, &q->voters);
    if (q->answer.ask)
        q->worker->witness_older = false;
    if (!q->ask.ok && !moving)
        ft_worker_note(q->worker, "crit", "witness-forgot",
                       "the witness has gone back to generation %llu, from %llu: "
                       "was it set back to a snapshot? %s",
                       (unsigned long long)q->ask.expected,
                       (unsigned long long)q->ask.generation,
                       q->answer.ask ? "It was told again"
                                     : "It could not be told again yet");
    free(q);
}

void
ft_worker_raise_witness(struct ft_worker *w,
                        const struct ft_ownership_action *action)
{
    run_question(w, action, true, raise_witness, witness_raised);
}

void
ft_worker_tell_removed(struct ft_worker *w,
                       const struct ft_ownership_action *action)
{
    struct ft_voters voters;
    struct ft_witness_answer a = { 0 };
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    ft_voters_begin(w, &voters);
    rc = ft_voters_bury(&voters, action->generation,
                        w->config.hosts[action->owner].name,
                        ft_clock_ns() + WITNESS_CHECK_NS, &a, &err);
    ft_voters_end(w, &voters);
    if (!rc && !a.won)
        ft_fail(&err, EEXIST, NULL, "it says that %s owns generation %llu",
                a.owner, (unsigned long long)a.generation);
    w->witness_told = !rc && a.won;
    if (!w->witness_told)
        ft_worker_note(w, "warn", "removal-not-told",
                       "the witness does not remember that the protection of %s "
                       "was removed, so %s would not learn it there: %s",
                       w->config.vm, ft_worker_peer_name(w), err.text);
}

void
ft_worker_check_witness(void *opaque)
{
    struct ft_worker *w = opaque;
    struct ft_ownership_action now = { .generation =
                                           w->state.record.generation };

    ft_loop_timer_set(w->witness_timer,
                      -1); /* until it has an answer, or none */
    run_question(w, &now, true, look_for_witness, witness_looked_for);
}

/* A host that says no boot id, or never did, may be the one that was heard. */
static enum ft_ownership_event_kind
what_pong_says(const struct ft_link_pong *pong, const char *boot)
{
    if (*boot && *pong->boot && strcmp(boot, pong->boot))
        return FT_EVENT_PING_REBOOTED;
    return pong->worker_runs ? FT_EVENT_PING_ALIVE : FT_EVENT_PING_NO_WORKER;
}

static void
ping_peer(void *opaque)
{
    struct question *q = opaque;
    struct ft_worker *w = q->worker;
    const struct ft_endpoint *e = &w->config.hosts[!w->config.self];
    const char *addresses[FT_PAIR_ADDRESSES_MAX];
    int64_t deadline = ft_clock_ns() + w->config.silence_ms * FT_NS_PER_MS;
    struct ft_link_pong pong;
    unsigned i;
    int rc;

    for (i = 0; i < e->address_count; i++)
        addresses[i] = e->addresses[i];
    rc = ft_link_ping(addresses, e->address_count, e->port, w->config.pair,
                      deadline, &pong, &q->err);
    q->answer.kind = rc == 0               ? what_pong_says(&pong, q->boot)
                     : rc == -ECONNREFUSED ? FT_EVENT_PING_REFUSED
                                           : FT_EVENT_PING_SILENT;
}

static void
peer_pinged(void *opaque)
{
    struct question *q = opaque;

    ft_log(FT_LOG_INFO, "ping of %s: %s", ft_worker_peer_name(q->worker),
           ft_ownership_event_name(q->answer.kind));
    ft_worker_event(q->worker, &q->answer);
    free(q);
}

void
ft_worker_ask_witness(struct ft_worker *w,
                      const struct ft_ownership_action *action)
{
    if (!w->asked_ns)
        w->asked_ns = ft_clock_ns();
    ft_log(FT_LOG_INFO,
           "asks the witness for generation %llu; %s was last heard %lld ms ago",
           (unsigned long long)action->generation, ft_worker_peer_name(w),
           w->last_heard
               ? (long long)((ft_clock_ns() - w->last_heard) / FT_NS_PER_MS)
               : -1LL);
    run_question(w, action, true, ask_witness, witness_answered);
}

void
ft_worker_ping_peer(struct ft_worker *w,
                    const struct ft_ownership_action *action)
{
    run_question(w, action, false, ping_peer, peer_pinged);
}
