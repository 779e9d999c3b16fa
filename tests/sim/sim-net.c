/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links, pings and the witness of the simulated world. */
#include "config.h"

#include "sim.h"

#define WITNESS 2
#define TIMEOUT_NS (400 * MS)

/* A frame to the other side: in order, but for F_HEARD, which has many ways. */
void
ft_sim_send(struct world *w, int from, enum frame frame,
            const struct ft_ownership_event *event, state_id state)
{
    struct worker *worker = &w->host[from].worker;
    struct session *session = &w->session;
    int64_t at = w->now + ft_sim_delay(w, 100 * US, 4 * MS);
    struct item *item;

    if (!worker->session || worker->session != session->id)
        return;
    if (ft_sim_chance(w, 5) && !w->calm)
        at += ft_sim_delay(w, 0, 300 * MS);
    if (frame != F_HEARD) {
        if (at < session->last[1 - from])
            at = session->last[1 - from];
        session->last[1 - from] = at;
    }
    item = ft_sim_push(w, at, W_FRAME, 1 - from);
    item->session = session->id;
    item->frame = frame;
    if (event)
        item->event = *event;
    item->state = state;
    item->expected = frame == F_HELLO ? w->host[from].boot : 0;
}

/* The side's end of its session closes; abrupt: what is under way may be lost. */
void
ft_sim_close(struct world *w, int side, bool abrupt)
{
    struct worker *worker = &w->host[side].worker;

    if (!worker->session)
        return;
    if (abrupt && worker->session == w->session.id && ft_sim_chance(w, 500))
        w->session.drop[1 - side] = true;
    ft_sim_send(w, side, F_EOF, NULL, 0);
    worker->session = 0;
}

static void
hello_from(struct world *w, int side)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_LINK_UP };

    ft_ownership_hello(&w->host[side].worker.own, &event.peer);
    ft_sim_send(w, side, F_HELLO, &event, 0);
}

static void
leave_old_session(struct world *w, int side)
{
    struct ft_ownership_event closed = { .kind = FT_EVENT_LINK_CLOSED };

    if (!w->host[side].worker.session)
        return;
    w->host[side].worker.session = 0;
    ft_sim_event(w, side, &closed);
}

static bool
reachable(const struct world *w, int side)
{
    const struct host *peer = &w->host[1 - side];

    return !w->cut[side][1 - side] && !w->cut[1 - side][side] && peer->up &&
           peer->worker.alive && !peer->worker.daemon_only &&
           peer->worker.paused_until <= w->now;
}

/* CONNECT keeps trying, until a session is up or the process is gone. */
static void
connect_later(struct world *w, int side)
{
    const struct worker *worker = &w->host[side].worker;

    if (!worker->alive || !worker->connecting || worker->session)
        return;
    ft_sim_push(w, w->now + ft_sim_delay(w, 20 * MS, 60 * MS), W_CONNECT, side)
        ->life = worker->life;
}

static void
try_connect(struct world *w, int side)
{
    struct worker *worker = &w->host[side].worker;
    uint64_t lives[2] = { w->host[0].worker.life, w->host[1].worker.life };

    if (!worker->connecting || worker->session)
        return;
    if (!reachable(w, side) || w->host[side].frozen_until > w->now) {
        connect_later(w, side);
        return;
    }
    leave_old_session(w, 1 - side);
    if (lives[0] != w->host[0].worker.life ||
        lives[1] != w->host[1].worker.life || !w->host[0].worker.alive ||
        !w->host[1].worker.alive) { /* crashed on the way */
        connect_later(w, 0);
        connect_later(w, 1);
        return;
    }
    worker->connecting = w->host[1 - side].worker.connecting = false;
    w->session = (struct session){ .id = ++w->sessions };
    w->host[0].worker.session = w->host[1].worker.session = w->session.id;
    ft_sim_trace(w, "session %lu", (unsigned long)w->session.id);
    hello_from(w, 0);
    hello_from(w, 1);
}

static void
got_eof(struct world *w, int side)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_LINK_CLOSED };

    struct worker *worker = &w->host[side].worker;

    worker->session = 0;
    if (!worker->own.linked && worker->own.role == FT_ROLE_PRIMARY) {
        worker->connecting = true; /* no LINK_UP yet: CONNECT goes on */
        ft_sim_push(w, w->now + 20 * MS, W_CONNECT, side)->life = worker->life;
        return;
    }
    ft_sim_event(w, side, &event);
}

static void
got_epoch(struct world *w, const struct item *item)
{
    w->host[item->side].held = item->state;
    ft_sim_event(w, item->side, &item->event);
}

static void
got_ack(struct world *w, const struct item *item)
{
    struct worker *worker = &w->host[item->side].worker;
    struct ft_ownership_event event = item->event;

    worker->unacked = false;
    event.final = worker->final && event.epoch == worker->epoch;
    ft_sim_event(w, item->side, &event);
}

/* TCP: what a cut stops is sent again later, and all behind it waits. */
static void
got_frame(struct world *w, const struct item *item)
{
    struct host *host = &w->host[item->side];
    struct session *session = &w->session;

    if (!host->up || !host->worker.alive ||
        host->worker.session != item->session)
        return;
    if (w->cut[1 - item->side][item->side] && item->frame == F_HEARD)
        return;
    if (w->cut[1 - item->side][item->side] &&
        session->stall[item->side] <= w->now)
        session->stall[item->side] = w->now + 20 * MS;
    if (item->frame != F_HEARD && session->stall[item->side] > w->now) {
        ft_sim_postpone(w, item, session->stall[item->side]);
        return;
    }
    if (session->drop[item->side] && item->frame != F_EOF)
        return;
    switch (item->frame) {
    case F_EOF:
        got_eof(w, item->side);
        return;
    case F_SYNC:
        host->held = host->acked = 0;
        host->waiting = host->stable.role == FT_ROLE_STANDBY; /* SETUP */
        return;
    case F_EPOCH:
        got_epoch(w, item);
        return;
    case F_ACK:
        got_ack(w, item);
        return;
    case F_HELLO:
        host->worker.peer_boot = item->expected;
        ft_sim_event(w, item->side, &item->event);
        return;
    default:
        ft_sim_event(w, item->side, &item->event);
        return;
    }
}

/*
 * What a host that is up says: nobody listens before its daemon has started, and
 * the daemon answers before its workers run.
 */
static enum ft_ownership_event_kind
pong(const struct world *w, const struct host *host, const struct host *peer)
{
    if (peer->daemon_at > w->now)
        return FT_EVENT_PING_REFUSED;
    if (host->worker.peer_boot && host->worker.peer_boot != peer->boot)
        return FT_EVENT_PING_REBOOTED;
    return peer->worker.alive ? FT_EVENT_PING_ALIVE : FT_EVENT_PING_NO_WORKER;
}

void
ft_sim_ping(struct world *w, int side)
{
    const struct host *peer = &w->host[1 - side];
    bool cut = w->cut[side][1 - side] || w->cut[1 - side][side];
    bool silent = !peer->up || peer->frozen_until > w->now ||
                  (cut && ft_sim_chance(w, 700)); /* no other path */
    struct item *item =
        ft_sim_push(w, w->now + (silent ? w->config.silence_ns : MS),
                    W_PING_RESULT, side);

    item->life = w->host[side].worker.life;
    item->event.kind =
        silent ? FT_EVENT_PING_SILENT : pong(w, &w->host[side], peer);
}

/* --- witness ------------------------------------------------------------ */

static void
ask_one(struct world *w, int side, const struct ft_ownership_action *action,
        int voter, bool both, int64_t delay)
{
    struct item *item;

    if (w->cut[side][WITNESS] || (w->loss && ft_sim_chance(w, 300)))
        return;
    item = ft_sim_push(w, w->now + delay, W_WITNESS_REQUEST, side);
    item->life = w->host[side].worker.life;
    item->event.ask = action->ask;
    item->event.generation = action->generation;
    item->expected = action->expected;
    item->event.owner = action->owner;
    item->event.offered = action->offered;
    item->voter = voter;
    item->both = both;
    item->raises = action->kind == FT_ACTION_RAISE_WITNESS && w->moves;
    item->sole = action->ok && both;
    item->moving = both;
    if (action->kind == FT_ACTION_TELL_REMOVED)
        item->event.kind = FT_EVENT_WITNESS_REMOVED;
}

void
ft_sim_ask(struct world *w, int side, const struct ft_ownership_action *action)
{
    struct worker *worker = &w->host[side].worker;
    struct item *item;
    int64_t delay = ft_sim_delay(w, 300 * US, 5 * MS);
    int first = ft_sim_first_voter(w, side);
    bool both = ft_sim_voters(w, side) > 1;

    if (action->ask) /* RAISE_WITNESS and TELL_REMOVED wait for no answer */
        worker->pending[action->ask % 16] = action->ask;
    if (!w->calm && ft_sim_chance(w, 30))
        delay += ft_sim_delay(w, 0, 3 * SECOND); /* applied late */
    ask_one(w, side, action, first, both && action->ask, delay);
    if (!action->ask) {
        if (both)
            ask_one(w, side, action, 1, false, delay);
        return;
    }
    item = ft_sim_push(w, w->now + TIMEOUT_NS, W_WITNESS_TIMEOUT, side);
    item->life = worker->life;
    item->event.kind = FT_EVENT_UNREACHABLE;
    item->event.ask = action->ask;
}

/* What src/witness/witness.c does with a request. */
static bool
swap_record(struct world *w, const struct item *item, struct record *r)
{
    const struct ft_ownership_event *event = &item->event;
    bool older = r->generation < event->generation;
    /* what is only told to one of two is won already */
    uint64_t before = item->raises   ? event->generation
                      : item->moving ? item->expected
                                     : r->generation;

    if (r->removed)
        return false;
    if (r->generation == event->generation && r->owner == event->owner &&
        (event->offered || !r->offered)) {
        if (!item->both && event->generation > w->highest_generation && w->moves)
            ft_sim_witness_won(w, r, before); /* the first one only, before */
        return true;
    }
    if (r->generation != item->expected &&
        !(older && (item->raises || item->sole ||
                    (item->moving && r->owner == event->owner))))
        return false;
    if (!older && !w->moves)
        ft_sim_fail(w, "a generation that does not grow was asked for");
    if (!older)
        return false;
    *r = (struct record){ event->generation, event->owner, event->offered,
                          false };
    if (!item->both)
        ft_sim_witness_won(w, r, before);
    ft_sim_trace(w, "witness%s: generation %lu belongs to h%d",
                 item->voter ? " to come" : "",
                 (unsigned long)event->generation, event->owner);
    return true;
}

static void
bury_record(struct world *w, const struct ft_ownership_event *last)
{
    if (w->witness_removed || (w->witness_owner != last->owner &&
                               w->witness_generation >= last->generation))
        return;
    if (w->witness_generation < last->generation)
        w->witness_generation = last->generation;
    w->witness_owner = last->owner;
    w->witness_offered = false;
    w->witness_removed = true;
    ft_sim_trace(w, "witness: h%d removed the pair, at generation %lu",
                 last->owner, (unsigned long)w->witness_generation);
    ft_sim_witness_buried(w);
}

/* As src/worker/worker-questions.c: of a removed pair there is no answer else. */
static void
say_removed(struct world *w, const struct item *answer)
{
    struct item *item = ft_sim_push(w, answer->at, W_EVENT, answer->side);

    item->life = answer->life;
    item->event.kind = FT_EVENT_WITNESS_REMOVED;
    item->event.generation = w->witness_generation;
    item->event.owner = w->witness_owner;
}

/*
 * Won from the first of two, or in a life before: the second is asked for the same, and
 * may be lost.
 */
static void
ask_second(struct world *w, const struct item *request, uint64_t generation,
           bool again)
{
    struct item *item;

    if (w->cut[WITNESS][request->side] || w->cut[request->side][WITNESS] ||
        (w->loss && ft_sim_chance(w, 300)))
        return;
    item = ft_sim_push(w, w->now + ft_sim_delay(w, 600 * US, 10 * MS),
                       W_WITNESS_REQUEST, request->side);
    item->life = request->life;
    item->event = request->event;
    item->event.generation = generation;
    item->event.kind = again ? FT_EVENT_LOST : FT_EVENT_WON;
    item->expected =
        request->expected < generation ? request->expected : generation - 1;
    item->sole = request->sole;
    item->moving = true;
    item->voter = 1;
}

static void
witness_request(struct world *w, const struct item *request)
{
    struct record record;
    struct item *answer;
    bool won;

    if (!w->witness_up)
        return;
    if (request->event.kind == FT_EVENT_WITNESS_REMOVED) {
        bury_record(w, &request->event);
        return;
    }
    ft_sim_take_record(w, request->voter, &record);
    won = swap_record(w, request, &record);
    ft_sim_put_record(w, request->voter, &record);
    if (request->both && (won || record.owner == request->side)) {
        ask_second(w, request, record.generation, !won);
        return;
    }
    if (!request->event.ask || w->cut[WITNESS][request->side] ||
        (w->loss && ft_sim_chance(w, 300)))
        return;
    answer = ft_sim_push(w, w->now + ft_sim_delay(w, 300 * US, 5 * MS),
                         W_WITNESS_ANSWER, request->side);
    answer->life = request->life;
    answer->event.kind = won && request->event.kind != FT_EVENT_LOST
                             ? FT_EVENT_WON
                             : FT_EVENT_LOST;
    answer->event.ask = request->event.ask;
    answer->event.generation = record.generation;
    answer->event.owner = record.owner;
    answer->event.offered = record.offered;
    if (!w->witness_removed)
        return;
    answer->event.kind = FT_EVENT_UNREACHABLE;
    say_removed(w, &(struct item){ .at = answer->at,
                                   .side = request->side,
                                   .life = request->life });
}

/* Exactly one answer per question: the first. */
static void
witness_answer(struct world *w, const struct item *item)
{
    uint64_t *pending =
        &w->host[item->side].worker.pending[item->event.ask % 16];

    if (*pending != item->event.ask)
        return;
    *pending = 0;
    ft_sim_event(w, item->side, &item->event);
}

void
ft_sim_net_item(struct world *w, const struct item *item)
{
    switch (item->what) {
    case W_CONNECT:
        try_connect(w, item->side);
        return;
    case W_FRAME:
        got_frame(w, item);
        return;
    case W_WITNESS_REQUEST:
        witness_request(w, item);
        return;
    case W_WITNESS_ANSWER:
    case W_WITNESS_TIMEOUT:
        witness_answer(w, item);
        return;
    default:
        ft_sim_event(w, item->side, &item->event);
        return;
    }
}
