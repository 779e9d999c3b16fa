/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/left.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_S 1e9
#define NS_APART INT64_C(950000000) /* a second, for who is asked a bit early */
#define FAR_S (100 * 24 * 3600)     /* nobody waits for that */

void
ft_left_add(struct ft_left *left, int64_t now_ns, uint64_t done, uint64_t total)
{
    left->done = done < total ? done : total;
    left->total = total;
    if (left->count && now_ns - left->seen[left->count - 1].at_ns < NS_APART)
        return;
    if (left->count == FT_LEFT_SEEN) {
        memmove(left->seen, left->seen + 1,
                sizeof(left->seen) - sizeof(left->seen[0]));
        left->count--;
    }
    left->seen[left->count].at_ns = now_ns;
    left->seen[left->count++].done = done;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Bytes a second between neighbours, sorted. */
static size_t
rates_of(const struct ft_left *left, double rates[FT_LEFT_SEEN])
{
    size_t count = 0;

    for (size_t i = 1; i < left->count; i++) {
        double seconds =
            (double)(left->seen[i].at_ns - left->seen[i - 1].at_ns) / NS_PER_S;
        uint64_t before = left->seen[i - 1].done, after = left->seen[i].done;

        rates[count++] = after > before ? (double)(after - before) / seconds : 0;
    }
    if (count)
        qsort(rates, count, sizeof(*rates), compare);
    return count;
}

static double
mean(const double *rates, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += rates[i];
    return sum / (double)count;
}

/* -1 when that is as good as never. */
static int64_t
seconds_for(double bytes, double rate)
{
    double seconds = rate > 0 ? bytes / rate : FAR_S;

    if (bytes <= 0)
        return 0;
    return seconds < FAR_S ? (int64_t)seconds + 1 : -1;
}

bool
ft_left_range(const struct ft_left *left, int64_t *from, int64_t *to)
{
    double rates[FT_LEFT_SEEN];
    size_t count = rates_of(left, rates), half = (count + 1) / 2;
    double bytes = (double)(left->total - left->done);

    *from = *to = -1;
    if (count + 1 < FT_LEFT_SURE)
        return false;
    *from = seconds_for(bytes, mean(rates + count - half, half));
    *to = *from < 0 ? -1 : seconds_for(bytes, mean(rates, half));
    return *from >= 0;
}
