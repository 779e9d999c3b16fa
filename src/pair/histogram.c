/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/histogram.h"

#include <string.h>

#define SUB (1u << FT_HISTOGRAM_SUB_BITS)

/*
 * Values below 2 * SUB have buckets of their own; above, each power of two is
 * divided into SUB steps.
 */
static unsigned
bucket_of(uint64_t value)
{
    unsigned shift;

    if (value < SUB)
        return (unsigned)value;
    shift = 63 - (unsigned)__builtin_clzll(value) - FT_HISTOGRAM_SUB_BITS;
    return (shift << FT_HISTOGRAM_SUB_BITS) + (unsigned)(value >> shift);
}

/* Greatest value that falls into the bucket. */
static int64_t
bucket_end(unsigned bucket)
{
    unsigned shift;
    uint64_t first;

    if (bucket < 2 * SUB)
        return bucket;
    shift = (bucket >> FT_HISTOGRAM_SUB_BITS) - 1;
    first = (uint64_t)(bucket - (shift << FT_HISTOGRAM_SUB_BITS)) << shift;
    return (int64_t)(first + ((UINT64_C(1) << shift) - 1));
}

void
ft_histogram_reset(struct ft_histogram *histogram)
{
    memset(histogram, 0, sizeof(*histogram));
}

void
ft_histogram_add(struct ft_histogram *histogram, int64_t value_ns)
{
    struct ft_histogram_window *window = &histogram->window[histogram->current];
    int64_t value = value_ns < 0 ? 0 : value_ns;
    uint32_t *bucket = &window->buckets[bucket_of((uint64_t)value)];

    if (*bucket == UINT32_MAX)
        return;
    ++*bucket;
    window->count++;
    if (value > window->max)
        window->max = value;
}

void
ft_histogram_turn(struct ft_histogram *histogram)
{
    histogram->current ^= 1;
    memset(&histogram->window[histogram->current], 0,
           sizeof(histogram->window[0]));
}

uint64_t
ft_histogram_count(const struct ft_histogram *histogram)
{
    return histogram->window[0].count + histogram->window[1].count;
}

int64_t
ft_histogram_max(const struct ft_histogram *histogram)
{
    int64_t a = histogram->window[0].max, b = histogram->window[1].max;

    return a > b ? a : b;
}

/* How many of the values must lie at or below the answer, at least one. */
static uint64_t
rank_of(uint64_t count, double percent)
{
    double exact = (double)count * percent / 100.0;
    uint64_t rank;

    if (!(exact > 1.0))
        return 1;
    if (exact >= (double)count)
        return count;
    rank = (uint64_t)exact;
    return (double)rank < exact ? rank + 1 : rank;
}

int64_t
ft_histogram_percentile(const struct ft_histogram *histogram, double percent)
{
    uint64_t count = ft_histogram_count(histogram), seen = 0, rank;
    int64_t max = ft_histogram_max(histogram);

    if (!count)
        return 0;
    rank = rank_of(count, percent);
    for (unsigned i = 0; i < FT_HISTOGRAM_BUCKETS; i++) {
        seen += histogram->window[0].buckets[i];
        seen += histogram->window[1].buckets[i];
        if (seen >= rank)
            return bucket_end(i) < max ? bucket_end(i) : max;
    }
    return max;
}
