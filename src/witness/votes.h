/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One answer from the witnesses of a pair: of one as it is, and of two while the pair
 * moves from one to another. Blocking, by the caller's own question; otherwise pure.
 * Nothing is owned. Any thread.
 *
 * Why a move has no moment in which neither counts, or both. Each host goes from the
 * old witness (O) to both, the old one first (B), to the new one (N), and back from B
 * to O only while neither is at N. ftadmin lets nobody go to N before both are at B and
 * have seen that the new one is not older than their own record (who won from the old
 * one alone tells it, by ft_voters_raise), and the old one is forgotten when both are
 * at N. A host is at B or N when no
 * question is under way any more that it asked before. So two hosts are, at any time,
 *   O and O, O and B, B and B: who wins wins from the old one, which gives a
 *     generation to one of them. B wants the new one's as well, and is the only one
 *     that asks it, or both ask it in this order.
 *   B and N, N and N: the same with the new one, where B comes with the old one's
 *     already, which is not asked by N.
 * O and N never are. Whoever wins from the first of two and has no answer from the
 * second knows nothing (UNREACHABLE in ownership.h), as with a lost answer of one
 * witness; asked again it is won there again. That one of two does not answer holds up
 * who may go on, as with one; the move can be taken back then.
 */
#ifndef FT_WITNESS_VOTES_H
#define FT_WITNESS_VOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "witness/witness-client.h"

#define FT_VOTERS_MAX 2

struct ft_vote {
    uint64_t expected;
    uint64_t generation;
    const char *owner;
    bool offer; /* ft_witness_offer instead of ft_witness_cas */
    /* Nobody else can speak (R1 in pair/ownership.h): what one of two has recorded of
     * a question that came to nothing is no obstacle. */
    bool sole;
};

/* Asks voter i once; 0 or -errno as ft_witness_cas. */
typedef int (*ft_vote_ask)(void *data, size_t voter, const struct ft_vote *vote,
                           struct ft_witness_answer *answer,
                           struct ft_error *err);

/*
 * Won when all of count voters (1 or 2), asked in their order, give it; else the answer
 * of the first that does not. 0, or -errno of a question that has no answer: what came
 * of it is not known then.
 */
int ft_votes_swap(ft_vote_ask ask, void *data, size_t count,
                  const struct ft_vote *vote, struct ft_witness_answer *answer,
                  struct ft_error *err);

/*
 * Of what all have recorded, the one that counts for a look: one that was removed, else
 * the lowest generation, for that one has to be told.
 */
const struct ft_witness_answer *ft_votes_look(
    const struct ft_witness_answer *answers, size_t count);

#endif
