/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One form for all worlds that go on alike. Numbers that are only compared with
 * each other are shifted together; times become ages; what is not looked at
 * before it is set anew becomes nothing. All else is packed as it lies in memory,
 * so a new field of the machine makes more states, never wrong ones; a new time
 * must be named here, and model_pack() ends the program when it finds one that
 * is not.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* Every field of struct ft_ownership that is a point in time. */
#define TIMES(X)    \
    X(heard_ns)     \
    X(phase_ns)     \
    X(closed_ns)    \
    X(ping_at_ns)   \
    X(pinged_ns)    \
    X(alive_ns)     \
    X(resume_at_ns) \
    X(ask_at_ns)    \
    X(start_at_ns)  \
    X(forgot_ns)    \
    X(started_ns)

static void
age(int64_t *at, int64_t by)
{
    if (*at == NEVER)
        return;
    *at += by;
    if (*at < NOW - AGE_MAX)
        *at = NOW - AGE_MAX;
}

static void
times(struct side *s, bool removed)
{
    struct ft_ownership *own = &s->own;
    int64_t by = NOW - s->now;
    bool started = own->started_ns != 0;

#define AGE(field) age(&own->field, by);
    TIMES(AGE)
#undef AGE
    s->now = NOW;
    /* 0 is never; how long ago says only when the next try is */
    own->started_ns = started ? NOW : 0;
    if (own->vm != FT_VM_GONE)
        own->start_at_ns = NOW - AGE_MAX; /* set anew by what ends the VM */
    /* these two say only whether it is this silence */
    if (own->pinged_ns != own->heard_ns)
        own->pinged_ns = NEVER;
    if (own->alive_ns != own->heard_ns)
        own->alive_ns = NEVER;
    if (!own->closed)
        own->closed_ns = NOW - AGE_MAX;
    if (!own->want) {
        own->ask_at_ns = NOW - AGE_MAX;
        own->retry_ns = 0;
    }
    if (!own->record.offered && /* RESUMING has one with it */
        own->phase != FT_PHASE_FINAL && own->phase != FT_PHASE_HANDING &&
        own->phase != FT_PHASE_DISCARDING && own->phase != FT_PHASE_HELD &&
        !(removed && own->role == FT_ROLE_STANDBY))
        own->phase_ns = NOW; /* no other phase has a limit */
}

/* Only the answer to the last question counts, while one is open. */
static void
questions(struct side *s)
{
    struct ft_ownership *own = &s->own;

    for (int i = 0; i < REQUESTS; i++) {
        struct request *request = &s->request[i];
        bool current = s->alive && own->asking && request->ask == own->ask;

        request->ask = current && request->at;
        if (request->at == 2 && !current)
            memset(request, 0, sizeof(*request));
    }
    if (!s->alive)
        return;
    own->state = FT_PAIR_SYNCING; /* what is said, never what is done */
    own->reason = FT_REASON_NONE;
    own->reported = false;
    own->ask = 1;
    if (!own->asking) {
        own->asked_generation = 0;
        own->asked_offer = false;
    }
    if (own->role == FT_ROLE_STANDBY)
        own->witness_generation = 0; /* only a primary uses it */
    if (own->peer_generation <= own->record.generation)
        own->peer_generation = 0; /* raises no question */
    if (!own->linked)
        own->peer_forced = 0; /* of this link */
}

/*
 * Nobody waits for this one, and it changes nothing: it is too old for the
 * witness, or another one asks for the same, and the second time is vain.
 */
static bool
is_vain(const struct world *w, const struct request *list, unsigned at)
{
    const struct request *request = &list[at];

    if (request->at != 1 || request->ask || ft_model_two_winners)
        return false;
    if (request->removes)
        return w->witness_removed;
    if (request->expected < w->witness_generation)
        return true;
    for (unsigned i = 0; i < REQUESTS; i++)
        if (i != at && list[i].at == 1 && !list[i].removes &&
            list[i].expected == request->expected &&
            list[i].generation == request->generation)
            return true;
    return false;
}

static void
forget_vain(struct world *w)
{
    for (int side = 0; side < 2; side++) {
        struct request *list = w->side[side].request;
        unsigned n = 0;

        for (unsigned i = 0; i < REQUESTS; i++)
            if (is_vain(w, list, i))
                memset(&list[i], 0, sizeof(list[i]));
        for (unsigned i = 0; i < REQUESTS; i++) { /* in order, without holes */
            struct request request = list[i];

            if (!request.at)
                continue;
            memset(&list[i], 0, sizeof(list[i]));
            list[n++] = request;
        }
    }
}

/* --- numbers that are only compared --------------------------------------- */

struct numbers {
    uint64_t *at[64];
    unsigned count;
};

static void
number(struct numbers *numbers, uint64_t *at)
{
    if (*at && numbers->count < sizeof(numbers->at) / sizeof(*numbers->at))
        numbers->at[numbers->count++] = at;
}

/* The least becomes 1. */
static void
shift(const struct numbers *numbers)
{
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < numbers->count; i++)
        if (*numbers->at[i] < least)
            least = *numbers->at[i];
    for (unsigned i = 0; i < numbers->count; i++)
        *numbers->at[i] -= least - 1;
}

static bool
says_serial(const struct frame *frame)
{
    return frame->kind == F_MESSAGE && (frame->message == FT_MESSAGE_DISCARD ||
                                        frame->message == FT_MESSAGE_DISCARDED ||
                                        frame->message == FT_MESSAGE_OFF ||
                                        frame->message == FT_MESSAGE_GOODBYE);
}

static void
generations(struct world *w)
{
    struct numbers numbers = { .count = 0 };

    number(&numbers, &w->witness_generation);
    for (int i = 0; i < 2; i++) {
        struct side *s = &w->side[i];

        number(&numbers, &s->stable.generation);
        number(&numbers, &s->own.record.generation);
        number(&numbers, &s->own.asked_generation);
        number(&numbers, &s->own.witness_generation);
        number(&numbers, &s->own.peer_generation);
        number(&numbers, &s->own.peer_forced);
        for (int n = 0; n < REQUESTS; n++) {
            number(&numbers, &s->request[n].expected);
            number(&numbers, &s->request[n].generation);
            number(&numbers, &s->request[n].now);
        }
        for (int n = 0; n < w->fifo_count[i]; n++)
            if (!says_serial(&w->fifo[i][n]))
                number(&numbers, &w->fifo[i][n].generation);
    }
    shift(&numbers);
}

/* Serials of DISCARD count within a session; the next is one more. */
static void
serials(struct world *w, int primary)
{
    struct ft_ownership *own = &w->side[primary].own;
    uint64_t by = own->serial - 8;

    if (own->role != FT_ROLE_PRIMARY || !w->side[primary].alive)
        return;
    for (int i = 0; i < 2; i++)
        for (int n = 0; n < w->fifo_count[i]; n++)
            if (says_serial(&w->fifo[i][n]) && w->fifo[i][n].generation)
                w->fifo[i][n].generation -= by;
    if (own->sync)
        own->sync -= by;
    if (w->side[1 - primary].own.sync)
        w->side[1 - primary].own.sync -= by;
    own->serial = 8;
}

/* Only which epoch is later counts: without holes, and the next is the last. */
static void
epochs(struct world *w, int primary)
{
    struct side *s = &w->side[primary], *standby = &w->side[1 - primary];
    uint64_t *at[3] = { &s->epoch, &s->own.epoch, &standby->own.epoch };
    uint64_t next = 1, done = 0, least;

    if (!s->alive || s->own.role != FT_ROLE_PRIMARY)
        return;
    if (!s->attached)
        s->own.epoch = 0; /* begins at 0 with the next sync */
    for (;; next++, done = least) {
        least = UINT64_MAX;
        for (unsigned i = 0; i < 3; i++)
            if (*at[i] > done && *at[i] < least)
                least = *at[i];
        for (int i = 0; i < 2; i++)
            for (int n = 0; n < w->fifo_count[i]; n++)
                if (w->fifo[i][n].epoch > done && w->fifo[i][n].epoch < least)
                    least = w->fifo[i][n].epoch;
        if (least == UINT64_MAX)
            return;
        for (unsigned i = 0; i < 3; i++)
            if (*at[i] == least)
                *at[i] = next;
        for (int i = 0; i < 2; i++)
            for (int n = 0; n < w->fifo_count[i]; n++)
                if (w->fifo[i][n].epoch == least)
                    w->fifo[i][n].epoch = (uint32_t)next;
    }
}

void
ft_model_canonical(struct world *w)
{
    for (int i = 0; i < 2; i++) {
        struct side *s = &w->side[i];

        if (!w->fifo_count[i])
            w->lossy[i] = 0;
        if (s->alive) {
            times(s, w->witness_removed);
            if (!s->own.linked)
                s->own.sync = 0; /* set anew by the next LINK_UP */
            if (!s->own.linked && s->own.role == FT_ROLE_STANDBY && s->own.epoch)
                s->own.epoch = 1; /* before the next epoch comes a DISCARD */
        }
        questions(s);
        if (s->own.role == FT_ROLE_PRIMARY ||
            (!s->own.linked && s->own.phase != FT_PHASE_VALID))
            s->rebooted = 0; /* only a standby with a copy pings */
    }
    forget_vain(w);
    generations(w);
    for (int i = 0; i < 2; i++) {
        serials(w, i);
        epochs(w, i);
    }
    ft_model_tidy(w);
}

/* --- packed ----------------------------------------------------------------- */

#define WORDS (sizeof(struct world) / 8)

/* A time that is not named above would be an age that stands still. */
static void
find_unnamed_times(const struct ft_ownership *own)
{
    struct ft_ownership rest = *own;
    const uint8_t *byte = (const uint8_t *)&rest;

#define CLEAR(field) rest.field = 0;
    TIMES(CLEAR)
#undef CLEAR
    for (size_t i = 0; i + 8 <= sizeof(rest); i += 8) {
        int64_t value;

        memcpy(&value, byte + i, 8);
        if (value < NOW - 100 * UNIT || value > NOW + 100 * UNIT)
            continue;
        fprintf(stderr,
                "explore: struct ft_ownership has a time at byte %zu "
                "that tests/model/model-canon.c does not name\n",
                i);
        exit(99);
    }
}

/* Of every word that is not 0 a mask of its bytes that are not, and those. */
size_t
ft_model_pack(const struct world *w, uint8_t *out)
{
    struct world copy = *w;
    uint8_t word[8];
    size_t size = 0;

    _Static_assert(sizeof(struct world) % 8 == 0, "whole words");
    _Static_assert(WORDS * 10 <= PACKED_MAX, "room");
    for (int i = 0; i < 2; i++) {
        memset(&copy.side[i].own.config, 0, sizeof(copy.side[i].own.config));
        if (w->side[i].alive)
            find_unnamed_times(&copy.side[i].own);
    }
    for (size_t i = 0; i < WORDS; i++) {
        size_t mask_at = size + 1;

        memcpy(word, (const uint8_t *)&copy + i * 8, 8);
        if (!memcmp(word, "\0\0\0\0\0\0\0", 8))
            continue;
        out[size] = (uint8_t)i;
        out[mask_at] = 0;
        size += 2;
        for (unsigned n = 0; n < 8; n++) {
            if (!word[n])
                continue;
            out[mask_at] |= (uint8_t)(1u << n);
            out[size++] = word[n];
        }
    }
    _Static_assert(WORDS <= 256, "a byte numbers the words");
    return size;
}

void
ft_model_unpack(struct world *w, const uint8_t *packed, size_t size)
{
    struct ft_ownership_config config = FT_MODEL_CONFIG;
    size_t at = 0;

    memset(w, 0, sizeof(*w));
    while (at < size) {
        uint8_t *word = (uint8_t *)w + packed[at] * 8;
        unsigned mask = packed[at + 1];

        at += 2;
        for (unsigned n = 0; n < 8; n++)
            if (mask & (1u << n))
                word[n] = packed[at++];
    }
    config.witness = ft_model_profile.witness;
    config.alone_without_witness = ft_model_profile.alone;
    for (int i = 0; i < 2; i++) {
        config.self = i;
        if (w->side[i].alive)
            w->side[i].own.config = config;
    }
}

/* Two sums of multiplications (splitmix64's constants), folded. */
uint64_t
ft_model_hash(const uint8_t *packed, size_t size)
{
    uint64_t hash = size * UINT64_C(0x9e3779b97f4a7c15), word;

    for (size_t i = 0; i < size; i += 8) {
        word = 0;
        memcpy(&word, packed + i, size - i < 8 ? size - i : 8);
        hash = (hash ^ word) * UINT64_C(0xbf58476d1ce4e5b9);
        hash ^= hash >> 29;
    }
    hash *= UINT64_C(0x94d049bb133111eb);
    hash ^= hash >> 32;
    return hash ? hash : 1;
}
