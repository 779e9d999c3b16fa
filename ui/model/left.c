/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/left.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"

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
        qsort(rates, count, sizeof(*rates), ft_order_doubles);
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

uint64_t
ft_left_rate(const struct ft_left *left)
{
    double seconds;

    if (left->count < 2 ||
        left->seen[left->count - 1].done <= left->seen[0].done)
        return 0;
    seconds = (double)(left->seen[left->count - 1].at_ns - left->seen[0].at_ns) /
              NS_PER_S;
    return (uint64_t)((double)(left->seen[left->count - 1].done -
                               left->seen[0].done) /
                      seconds);
}

/* In the unit of the larger one. */
static void
format(int64_t seconds, int64_t largest, char out[20])
{
    int64_t big = largest < 3600 ? seconds / 60 : seconds / 3600;
    int64_t small = largest < 3600 ? seconds % 60 : seconds / 60 % 60;

    if (largest < 60)
        snprintf(out, 20, "%d", (int)seconds);
    else
        snprintf(out, 20, "%d:%02d", (int)big, (int)small);
}

void
ft_left_text(int64_t from, int64_t to, char out[48])
{
    int64_t largest = to < 0 ? from : to;
    const char *unit = largest < 60 ? "s" : largest < 3600 ? "min" : "h";
    char first[20], last[20];

    *out = '\0';
    if (from < 0)
        return;
    format(from, largest, first);
    format(to, largest, last);
    if (to < 0)
        snprintf(out, 48, "over %s %s", first, unit);
    else if (from == to)
        snprintf(out, 48, "%s %s", first, unit);
    else
        snprintf(out, 48, "%s to %s %s", first, last, unit);
}
