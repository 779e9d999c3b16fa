/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How even work goes on: the bytes that were done in each of the last seconds, and
 * from them a slower and a faster rate, between which the rest is likely to go. Pure.
 *
 * Threads: plain data of the caller; all zero is nothing seen yet.
 */
#ifndef FT_PAIR_SPREAD_H
#define FT_PAIR_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FT_SPREAD_SEEN 31 /* points a second apart */
#define FT_SPREAD_SURE 5  /* below this many nothing is said */

struct ft_spread {
    struct {
        int64_t at_ns;
        uint64_t done;
    } seen[FT_SPREAD_SEEN];
    size_t count;
};

/*
 * So many bytes were done at this time (CLOCK_MONOTONIC). A point within a second
 * of the one before is not kept. What is done over again counts as no progress.
 */
void ft_spread_add(struct ft_spread *spread, int64_t now_ns, uint64_t done);

/*
 * Bytes a second: the means of the slower and of the faster half of the seconds that
 * were seen. False, and both 0, when nothing can be said yet.
 */
bool ft_spread_halves(const struct ft_spread *spread, double *slower,
                      double *faster);

/* Bytes a second over all that was seen; 0: not known, or none. */
double ft_spread_rate(const struct ft_spread *spread);

#endif
