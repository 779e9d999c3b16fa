/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict: how bad it is, whose move it is, one sentence, one command. Of
 * a pair by its row, of everything by all rows: the worst one's, ties by move,
 * then by name.
 *
 * Every state and reason of ft-states(7) has its sentence in the table of
 * verdict.c. A sentence names a host or a VM and is FT_VERDICT_COLUMNS wide at
 * most, whatever the names are: long ones are cut, with a '~'.
 *
 * Pure; plain memory of the caller; any thread.
 */
#ifndef FT_UI_MODEL_VERDICT_H
#define FT_UI_MODEL_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "db/store.h"
#include "ui/model/severity.h"

#define FT_VERDICT_COLUMNS 78
#define FT_VERDICT_SENTENCE (4 * FT_VERDICT_COLUMNS + 1) /* bytes, UTF-8 */
#define FT_VERDICT_COMMAND (FT_STORE_NAME + 64)

/* Whose move it is, with its word; the least urgent first. */
#define FT_MOVES(X)                           \
    X(NOBODY, "nobody")                       \
    X(HOSTS, "the hosts")  /* they mend it */ \
    X(OURS, "ftadmin")     /* we ask again */ \
    X(LATER, "you, later") /* no hurry */     \
    X(YOURS, "you")                           \
    X(NOW, "you, now") /* the guest is cut off */

#define FT_MOVE_ENUM_(name, word) FT_MOVE_##name,
enum ft_move { FT_MOVES(FT_MOVE_ENUM_) FT_MOVE_COUNT };
#undef FT_MOVE_ENUM_

struct ft_verdict {
    enum ft_severity severity;
    enum ft_move move;
    char sentence[FT_VERDICT_SENTENCE];
    char command[FT_VERDICT_COMMAND]; /* the next step; empty: none */
    char vm[FT_STORE_NAME];           /* whose row it is from, or empty */
};

const char *ft_move_word(enum ft_move move);

/* Which of two is worse: like strcmp, greater than 0 when a is. */
int ft_verdict_compare(const struct ft_verdict *a, const struct ft_verdict *b);

/*
 * Of a row as ft_pair_row makes it. Members that decide: "heard", "state",
 * "reason", "at_risk", "problem", "progress", "since_s" (seconds in this
 * state), "standby_live" (whether that host answers).
 */
void ft_verdict_of_pair(const json_t *row, struct ft_verdict *verdict);

/*
 * Of all: pairs and hosts are rows. A host that a pair needs and that does not
 * answer is a warning, also where the other host says that all is well; and so
 * is one that no pair needs when it lets nobody log in.
 */
void ft_verdict_of_all(const json_t *pairs, const json_t *hosts,
                       struct ft_verdict *verdict);

/*
 * The same in parts: begun (a sum of zeros), each pair, and at last the hosts.
 * ft_verdict_sum_end leaves the verdict in sum->worst and frees the rest.
 */
struct ft_verdict_sum {
    struct ft_verdict worst;
    size_t pairs;
    json_t *users; /* {HOST: of how many pairs it is} */
};

void ft_verdict_sum_pair(struct ft_verdict_sum *sum, const json_t *row);
void ft_verdict_sum_end(struct ft_verdict_sum *sum, const json_t *hosts);

/* {"severity", "move", "sentence", "command"}; NULL without memory. */
json_t *ft_verdict_to_json(const struct ft_verdict *verdict);

#endif
