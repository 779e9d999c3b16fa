/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A histogram of durations in fixed memory, for percentiles.
 *
 * Log-linear: 16 steps per power of two, so a percentile is at most 1/16
 * (6.25 %) above the true value and never below it. Values from 0 to 2^63-1;
 * smaller than 16 exact. Two windows: percentiles are over the current and the
 * previous one, so that ft_histogram_turn() once a minute forgets slowly.
 *
 * Threads: plain data of one thread, or under the caller's lock. No memory.
 * Method: HdrHistogram (Gil Tene) without its resizing.
 */
#ifndef FT_PAIR_HISTOGRAM_H
#define FT_PAIR_HISTOGRAM_H

#include <stdint.h>

#define FT_HISTOGRAM_SUB_BITS 4
#define FT_HISTOGRAM_BUCKETS \
    ((64 - FT_HISTOGRAM_SUB_BITS) << FT_HISTOGRAM_SUB_BITS)

struct ft_histogram_window {
    uint64_t count;
    int64_t max;
    uint32_t buckets[FT_HISTOGRAM_BUCKETS];
};

struct ft_histogram {
    struct ft_histogram_window window[2];
    unsigned current;
};

/* Empties both windows; all zero bytes are an empty histogram, too. */
void ft_histogram_reset(struct ft_histogram *histogram);

/* Adds a value in ns; negative counts as 0. */
void ft_histogram_add(struct ft_histogram *histogram, int64_t value_ns);

/* The current window becomes the previous one, and a new one begins empty. */
void ft_histogram_turn(struct ft_histogram *histogram);

/*
 * Smallest recorded bound that percent (0 to 100) of the values do not
 * exceed, never above the greatest value; 0 when there are none.
 */
int64_t ft_histogram_percentile(const struct ft_histogram *histogram,
                                double percent);

int64_t ft_histogram_max(const struct ft_histogram *histogram);
uint64_t ft_histogram_count(const struct ft_histogram *histogram);

#endif
