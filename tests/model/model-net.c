/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link, which is one session at a time and keeps the order of its frames,
 * and the witness, whose answers may come late or never.
 */
#include "config.h"

#include <string.h>

#include "model.h"

/* Frames to a side that will not come any more. */
void
ft_model_forget_frames(struct world *w, int side)
{
    memset(w->fifo[side], 0, sizeof(w->fifo[side]));
    w->fifo_count[side] = 0;
    w->lossy[side] = 0;
    ft_model_lose(w, OF(IN_FRAME, side));
}

static void
push(struct world *w, int to, const struct frame *frame, struct outcome *out)
{
    if (w->fifo_count[to] == QUEUE)
        out->overflow = true;
    else
        w->fifo[to][w->fifo_count[to]++] = *frame;
}

static struct frame
pull(struct world *w, int side)
{
    struct frame frame = w->fifo[side][0];
    unsigned left = --w->fifo_count[side];

    memmove(w->fifo[side], w->fifo[side] + 1, left * sizeof(frame));
    memset(&w->fifo[side][left], 0, sizeof(frame));
    return frame;
}

void
ft_model_send(struct world *w, int from, const struct frame *frame,
              struct outcome *out)
{
    if (w->side[from].attached && w->side[1 - from].attached)
        push(w, 1 - from, frame, out);
}

/* What belongs to a session of this side and ends with it. */
static void
detach(struct world *w, int side)
{
    struct side *s = &w->side[side];

    s->attached = s->committing = s->unacked = s->syncing = 0;
    s->epoch = 0;
    ft_model_forget_frames(w, side);
}

/* abrupt: what was sent last may be lost. */
void
ft_model_close(struct world *w, int side, bool abrupt, struct outcome *out)
{
    struct frame frame = { .kind = F_EOF };

    if (!w->side[side].attached)
        return;
    w->lossy[1 - side] |= abrupt && w->fifo_count[1 - side];
    ft_model_send(w, side, &frame, out);
    detach(w, side);
}

void
ft_model_connect(struct world *w, int side, const struct move *move,
                 struct outcome *out)
{
    struct ft_ownership_event closed = { .kind = FT_EVENT_LINK_CLOSED };
    struct ft_ownership_hello hello;

    if (w->side[1 - side].attached) {
        detach(w, 1 - side);
        ft_model_event(w, 1 - side, &closed, move, out);
    }
    if (!w->side[0].alive || !w->side[1].alive)
        return;
    for (int i = 0; i < 2; i++) {
        ft_model_forget_frames(w, i);
        w->side[i].attached = 1;
        w->side[i].connecting = w->side[i].eof_owed = 0;
    }
    for (int i = 0; i < 2; i++) {
        struct frame frame = { .kind = F_HELLO };

        ft_ownership_hello(&w->side[i].own, &hello);
        frame.role = (uint8_t)hello.role;
        frame.valid = hello.valid;
        frame.generation = hello.generation;
        ft_model_send(w, i, &frame, out);
    }
}

static void
got_eof(struct world *w, int side, const struct move *move, struct outcome *out)
{
    struct side *s = &w->side[side];
    struct ft_ownership_event event = { .kind = FT_EVENT_LINK_CLOSED };

    detach(w, side);
    if (!s->own.linked && s->own.role == FT_ROLE_PRIMARY)
        s->connecting = 1; /* no LINK_UP yet: CONNECT goes on */
    else
        ft_model_event(w, side, &event, move, out);
}

static void
got_epoch(struct world *w, int side)
{
    struct side *s = &w->side[side];

    s->held = s->waiting;
    ft_model_copy(w, OF(IN_FRAME, side), OF(IN_HELD, side));
    ft_model_lose(w, OF(IN_FRAME, side));
    if (!s->held)
        ft_model_lose(w, OF(IN_HELD, side));
}

static void
got_sync(struct world *w, int side)
{
    struct side *s = &w->side[side];

    s->held = s->acked = 0;
    ft_model_lose(w, OF(IN_HELD, side) | OF(IN_ACKED, side));
    s->waiting = s->stable.role == FT_ROLE_STANDBY;
}

void
ft_model_deliver(struct world *w, int side, const struct move *move,
                 struct outcome *out)
{
    struct side *s = &w->side[side];
    struct frame frame = pull(w, side);
    struct ft_ownership_event event = { .generation = frame.generation,
                                        .epoch = frame.epoch };

    switch (frame.kind) {
    case F_HELLO:
        event.kind = FT_EVENT_LINK_UP;
        event.peer.role = (enum ft_role)frame.role;
        event.peer.valid = frame.valid;
        event.peer.generation = frame.generation;
        s->rebooted = frame.old_boot;
        break;
    case F_MESSAGE:
        event.kind = FT_EVENT_MESSAGE;
        event.message = (enum ft_ownership_message)frame.message;
        break;
    case F_SYNC:
        got_sync(w, side);
        return;
    case F_EPOCH:
        got_epoch(w, side);
        event.kind = FT_EVENT_EPOCH_HELD;
        break;
    case F_ACK:
        s->unacked = 0;
        event.kind = FT_EVENT_ACKED;
        event.final = s->final && frame.epoch == s->epoch;
        break;
    default:
        got_eof(w, side, move, out);
        return;
    }
    ft_model_event(w, side, &event, move, out);
}

/* --- witness -------------------------------------------------------------- */

/* RAISE_WITNESS and TELL_REMOVED wait for no answer. */
void
ft_model_ask(struct world *w, int side,
             const struct ft_ownership_action *action, struct outcome *out)
{
    for (int i = 0; i < REQUESTS; i++) {
        struct request *request = &w->side[side].request[i];

        if (request->at)
            continue;
        request->at = 1;
        request->ask = (uint32_t)action->ask;
        request->expected = action->expected;
        request->generation = action->generation;
        request->owner = (uint8_t)action->owner;
        request->offered = action->offered;
        request->removes = action->kind == FT_ACTION_TELL_REMOVED;
        return;
    }
    out->overflow = true;
}

/* What src/witness/witness.c does with a request. */
static void
bury(struct world *w, const struct request *last)
{
    if (w->witness_removed || (w->witness_owner != last->owner &&
                               w->witness_generation >= last->generation))
        return;
    if (w->witness_generation < last->generation)
        w->witness_generation = last->generation;
    w->witness_owner = last->owner;
    w->witness_offered = 0;
    w->witness_removed = 1;
}

void
ft_model_witness(struct world *w, int side, int slot)
{
    struct request *request = &w->side[side].request[slot];
    bool same = w->witness_generation == request->generation &&
                w->witness_owner == request->owner &&
                (request->offered || !w->witness_offered);

    if (request->removes)
        bury(w, request);
    request->won = !w->witness_removed && !request->removes &&
                   (same || w->witness_generation == request->expected ||
                    ft_model_two_winners);
    if (request->won) {
        w->witness_generation = request->generation;
        w->witness_owner = request->owner;
        w->witness_offered = request->offered;
    }
    request->at = 2;
    request->now = w->witness_generation;
    request->now_owner = w->witness_owner;
    request->now_offered = w->witness_offered;
    request->removed = w->witness_removed;
    if (!request->ask)
        memset(request, 0, sizeof(*request));
}

static void
tell_answer(struct world *w, int side, struct ft_ownership_event *event,
            const struct move *move, struct outcome *out)
{
    event->ask = w->side[side].own.ask;
    ft_model_event(w, side, event, move, out);
}

void
ft_model_answered(struct world *w, int side, const struct move *move,
                  struct outcome *out)
{
    struct request *request = &w->side[side].request[move->argument];
    struct ft_ownership_event event = {
        .kind = request->won ? FT_EVENT_WON : FT_EVENT_LOST,
        .generation = request->now,
        .owner = request->now_owner,
        .offered = request->now_offered,
    };

    /* as src/worker/worker-questions.c: there is no answer else */
    if (request->removed) {
        event.kind = FT_EVENT_WITNESS_REMOVED;
        memset(request, 0, sizeof(*request));
        ft_model_event(w, side, &event, move, out);
        if (!w->side[side].alive)
            return;
        event = (struct ft_ownership_event){ .kind = FT_EVENT_UNREACHABLE };
    }
    memset(request, 0, sizeof(*request));
    tell_answer(w, side, &event, move, out);
}

/* A question that is under way may still get there later. */
void
ft_model_timeout(struct world *w, int side, const struct move *move,
                 struct outcome *out)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_UNREACHABLE };

    for (int i = 0; i < REQUESTS; i++) {
        struct request *request = &w->side[side].request[i];

        if (request->at == 2 || (request->ask && move->argument))
            memset(request, 0, sizeof(*request));
        request->ask = 0;
    }
    tell_answer(w, side, &event, move, out);
}
