/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of all hosts in the order in which they happened: a host's own times
 * are moved by what its clock is known to differ from ours ("clock_ms" of its
 * row). Where that is not known they stand as the host wrote them.
 *
 * Pure. Memory: a list owns itself; rows are borrowed from the events, which
 * outlive it. Threads: plain data of the caller.
 */
#ifndef FT_UI_MODEL_CHRONICLE_H
#define FT_UI_MODEL_CHRONICLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "ui/model/severity.h"

struct ft_happened {
    int64_t at_ms; /* since 1970, by our clock as far as that is known */
    const json_t *row;
    size_t place;   /* among the events; of equal times the first is first */
    bool corrected; /* what the host's clock differs by is known */
};

struct ft_chronicle {
    struct ft_happened *list; /* the oldest first */
    size_t count;
};

/*
 * Of rows of ft_event_row; what has no time that can be read is left out. hosts
 * (rows of ft_live_host_rows) may be NULL. 0 or -ENOMEM.
 */
int ft_chronicle_make(const json_t *events, const json_t *hosts,
                      struct ft_chronicle *told);
void ft_chronicle_free(struct ft_chronicle *told);

/*
 * By how many ms the host's clock is ahead of ours. False where that is not
 * known.
 */
bool ft_chronicle_clock(const json_t *hosts, const char *host, double *ahead_ms);

/* Is it about this pair (a row of ft_pair_row)? */
bool ft_happened_is_of(const struct ft_happened *told, const json_t *pair);

bool ft_happened_is(const struct ft_happened *told, const char *kind);

/* Borrowed from the row. */
const char *ft_happened_host(const struct ft_happened *told);

/* How many of the list are at this time or before. */
size_t ft_chronicle_until(const struct ft_chronicle *told, int64_t at_ms);

#endif
