/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking the witness. Blocking: a worker calls it on a thread of its own.
 *
 * Every call asks once, over a connection (TLS 1.3 PSK) of its own, or over the
 * standing one: that is kept for the next question, so that it needs no place
 * at the witness's door in the moment when it matters. Thread safe.
 */
#ifndef FT_WITNESS_WITNESS_CLIENT_H
#define FT_WITNESS_WITNESS_CLIENT_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "link/tls.h"
#include "witness/witness-protocol.h"

/*
 * A session that stays, of one pair. Whoever asks has it alone; where it does not
 * answer in a quarter of a question's time, or another question has it for so
 * long, a new connection is made beside it. The better one is kept.
 */
struct ft_witness_standing {
    pthread_mutex_t lock;
    struct ft_tls *tls; /* NULL: none */
};

/*
 * Without a session: the first question opens one. It is closed when nobody asks any
 * more, also where there is none; who asks all the same opens another.
 */
void ft_witness_standing_init(struct ft_witness_standing *standing);
void ft_witness_standing_close(struct ft_witness_standing *standing);

/* Where the witness of a pair is; everything belongs to the caller. */
struct ft_witness_target {
    const char *const *addresses; /* numeric, tried as ft_tcp_connect does */
    size_t address_count;
    uint16_t port;
    const char *pair;                     /* UUID: the TLS identity */
    const unsigned char *key;             /* FT_WITNESS_KEY_SIZE bytes */
    struct ft_witness_standing *standing; /* NULL: a connection for each */
};

struct ft_witness_answer {
    int won;             /* cas: the record is now what was asked */
    uint64_t generation; /* the record after the request */
    char owner[FT_WITNESS_OWNER_MAX + 1];
    int offered; /* as an offer, which may be swapped away still */
    int full;    /* get: it has no room for another word, and would give none */
    int removed; /* the owner removed the pair: nobody wins it any more */
};

/*
 * What a witness's line says. -EPROTO for what is no answer, the witness's own error
 * as it told it; answer is all zero then. Pure.
 */
int ft_witness_answer_from_json(const json_t *json,
                                struct ft_witness_answer *answer,
                                struct ft_error *err);

/*
 * Swaps the record to (generation, owner) if its generation is expected.
 * generation must be greater than expected. Asking again for what the same
 * owner has already won is won again, so a lost answer may be repeated.
 *
 * 0 with the answer filled (won or not), else -errno:
 *   -ECONNREFUSED, -EHOSTUNREACH, -ETIMEDOUT, -EPIPE, -ECONNRESET ...
 *            no answer: whether the swap happened is not known
 *   -EACCES  the keys differ or the witness does not know the pair
 *   -EPROTO  an answer that is none; -ENOENT the pair was removed there
 *   -EIO     the witness could not store it (its err is passed on)
 * deadline_ns is CLOCK_MONOTONIC and covers the whole call.
 */
int ft_witness_cas(const struct ft_witness_target *target, uint64_t expected,
                   uint64_t generation, const char *owner, int64_t deadline_ns,
                   struct ft_witness_answer *answer, struct ft_error *err);

/* The same, as an offer: the owner does not run on it yet. */
int ft_witness_offer(const struct ft_witness_target *target, uint64_t expected,
                     uint64_t generation, const char *owner, int64_t deadline_ns,
                     struct ft_witness_answer *answer, struct ft_error *err);

/*
 * The owner's last word: it removes the pair. won is 0 where the witness knows of
 * a newer owner; else it remembers this for as long as witness-protocol.h says.
 * May be repeated. Errors as above.
 */
int ft_witness_bury(const struct ft_witness_target *target, uint64_t generation,
                    const char *owner, int64_t deadline_ns,
                    struct ft_witness_answer *answer, struct ft_error *err);

/* Reads the record; won is 0. Errors as above. */
int ft_witness_get(const struct ft_witness_target *target, int64_t deadline_ns,
                   struct ft_witness_answer *answer, struct ft_error *err);

#endif
