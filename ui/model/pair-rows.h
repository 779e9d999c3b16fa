/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two sides and a database say about a pair, made into one answer.
 *
 * Pure functions over JSON: STATUS objects as engines send them (ft-protocol(7))
 * go in, rows of `ftadmin status` (schema 1) come out. Nothing received is
 * trusted: a member of the wrong type becomes null. Any thread.
 */
#ifndef FT_UI_MODEL_PAIR_ROWS_H
#define FT_UI_MODEL_PAIR_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "ui/model/severity.h"

struct ft_reply {
    const char *host;     /* ftadmin's name of the host that said it */
    const json_t *status; /* reply of the verb "status"; NULL: none */
};

/* What one host said about one pair. */
struct ft_word {
    const char *host;     /* ftadmin's name of it */
    const json_t *status; /* STATUS, with a text "pair" */
    int64_t age_ms;       /* since its worker said so */
    int64_t since_ms;     /* so long in this state; negative: not known */
    const char *pair;     /* of status; ft_words_sort sets it */
};

/*
 * One STATUS for each pair, the one that is true: of the highest generation,
 * and among equals the primary's. Each is a copy with "heard_from", "age_s",
 * "since_s" and "sides" added, ordered by VM and pair; sides has what every
 * host said, that one first, each with its "host" and "age_s". A new array, or
 * NULL. The words are put in another order.
 */
json_t *ft_words_merge(struct ft_word *words, size_t count);

/*
 * The same in parts: sorted first; then the first of them, as many as are about
 * its pair (0 of none), are one STATUS, new, or NULL.
 */
void ft_words_sort(struct ft_word *words, size_t count);
size_t ft_words_same(const struct ft_word *words, size_t count);
json_t *ft_words_merge_one(const struct ft_word *words, size_t count);

/* The same objects ordered by VM and pair: a new array, or NULL. */
json_t *ft_pairs_sorted(const json_t *pairs);

/* ft_words_merge of whole replies. */
json_t *ft_pairs_merge(const struct ft_reply *replies, size_t count);

/* How long before a reply its worker last spoke; 0 when it is not said. */
int64_t ft_said_age_ms(const json_t *status);

/*
 * A row of schema 1 from a merged STATUS. age_s: seconds since it was said;
 * heard: it is how things are now (ft_is_fresh of what a host says). Figures
 * that are not fresh are null. A new object, or NULL.
 */
json_t *ft_pair_row(const json_t *status, double age_s, bool heard);

/*
 * Judges the row again (health, move, sentence, command), after members that
 * decide were added to it. 0 or -1.
 */
int ft_pair_row_judge(json_t *row);

/*
 * The worst health of all rows, FT_SEVERITY_OK of none. What is only known
 * from before (FT_SEVERITY_UNKNOWN) is worse than a warning.
 */
enum ft_severity ft_pair_rows_worst(const json_t *rows);

/* The first row (or STATUS) with this VM name, VM uuid or pair; borrowed. */
const json_t *ft_pair_find(const json_t *rows, const char *name);

#endif
