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

#include <stddef.h>

#include <jansson.h>

#include "ui/model/severity.h"

/* A guest whose clocks are further behind than this is a warning. */
#define FT_CLOCK_LAG_WARN_MS 50

struct ft_reply {
    const char *host;     /* ftadmin's name of the host that said it */
    const json_t *status; /* reply of the verb "status"; NULL: none */
};

/*
 * One STATUS for each pair that any host reported, the one that is true: of
 * the highest generation, and among equals the primary's. Each is a copy with
 * "heard_from" added, ordered by VM and pair. A new array, or NULL.
 */
json_t *ft_pairs_merge(const struct ft_reply *replies, size_t count);

/*
 * A row of schema 1 from a STATUS. age_s: seconds since it was said, 0 for an
 * answer of now. A new object, or NULL.
 */
json_t *ft_pair_row(const json_t *status, double age_s);

/*
 * The worst health of all rows, FT_SEVERITY_OK of none. What is only known
 * from before (FT_SEVERITY_UNKNOWN) is worse than a warning.
 */
enum ft_severity ft_pair_rows_worst(const json_t *rows);

/* The first row (or STATUS) with this VM name, VM uuid or pair; borrowed. */
const json_t *ft_pair_find(const json_t *rows, const char *name);

#endif
