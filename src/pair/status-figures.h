/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of a pair's STATUS (ft-protocol(7)) are figures, that change all the
 * time, and what is news when it changes: one table, for the daemon that tells
 * both apart and for clients that put them together again. Pure.
 *
 * Threads: plain data of the caller.
 */
#ifndef FT_PAIR_STATUS_FIGURES_H
#define FT_PAIR_STATUS_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* A row of the table, which is in the order of the alphabet. */
struct ft_status_figure {
    const char *member; /* of STATUS */
    const char *inner; /* of it, an object or a list of such; NULL: all of it */
    bool seldom;       /* long, and told with a whole STATUS only */
};

/* NULL when out of range. */
const struct ft_status_figure *ft_status_figure(size_t index);

/*
 * A copy of status without what is a figure, to be compared by json_equal: a
 * new reference, NULL without memory.
 */
json_t *ft_status_without_figures(const json_t *status);

/*
 * The members of status that are figures or have figures in them, whole, but
 * for the counters, which are long: a new reference, NULL without memory. Values
 * are shared with status.
 */
json_t *ft_status_figures(const json_t *status);

/*
 * Lays such figures over a status; other members of figures are left out. 0 or
 * -ENOMEM.
 */
int ft_status_lay_figures(json_t *status, const json_t *figures);

#endif
