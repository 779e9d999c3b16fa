/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witnesses of a worker's pair as they are when a question is asked: one, or two
 * while it moves from one to another (witness/votes.h says why that is safe). A
 * question takes a copy with it, so that it keeps to what counted when it was asked.
 *
 * Threads: taking and changing them is the control thread's; the rest is blocking, and
 * for threads of its own. Memory: none is handed out; keys are in the copies.
 */
#ifndef FT_WORKER_VOTERS_H
#define FT_WORKER_VOTERS_H

#include "witness/votes.h"
#include "worker/worker.h"

struct ft_voters {
    size_t count;
    char pair[37];
    struct ft_voter {
        struct ft_endpoint at;
        uint8_t key[FT_KEY_SIZE];
        struct ft_witness_standing *standing;
    } list[FT_VOTERS_MAX];
    unsigned serial; /* of the witnesses that these are */
};

/* What a look at all of them found. */
struct ft_voters_seen {
    struct ft_witness_answer answers[FT_VOTERS_MAX];
    int rcs[FT_VOTERS_MAX]; /* of each; err is the first one's that failed */
};

/* Of now; a question is under way with it until ft_voters_end. */
void ft_voters_begin(struct ft_worker *worker, struct ft_voters *voters);

/* The question has its answer, or none; answers a change that waited for it. */
void ft_voters_end(struct ft_worker *worker, struct ft_voters *voters);

/* ft_votes_swap by all of them; deadline_ns is of all. */
int ft_voters_swap(struct ft_voters *voters, const struct ft_vote *vote,
                   int64_t deadline_ns, struct ft_witness_answer *answer,
                   struct ft_error *err);

/* Looks at each, for so long; 0 when all answer, with *answer as ft_votes_look. */
int ft_voters_look(struct ft_voters *voters, int64_t each_ns,
                   struct ft_voters_seen *seen,
                   struct ft_witness_answer *answer, struct ft_error *err);

/* Tells each that has an older generation; true: all of them have it then. */
bool ft_voters_raise(struct ft_voters *voters, const struct ft_vote *vote,
                     int64_t deadline_ns, struct ft_error *err);

/* The owner's last word to each; won only where all took it. */
int ft_voters_bury(struct ft_voters *voters, uint64_t generation,
                   const char *owner, int64_t deadline_ns,
                   struct ft_witness_answer *answer, struct ft_error *err);

/*
 * Takes the witnesses that the daemon has stored (ft_pair_move_witness), and answers
 * asker when no question is under way any more that was asked of others.
 */
void ft_voters_change(struct ft_worker *worker, struct ft_asker asker);

#endif
