/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/spread.h"

#include <stdlib.h>
#include <string.h>

#include "base/order.h"

#define NS_PER_S 1e9
#define NS_APART INT64_C(950000000) /* a second, for who is asked a bit early */

void
ft_spread_add(struct ft_spread *spread, int64_t now_ns, uint64_t done)
{
    if (spread->count &&
        now_ns - spread->seen[spread->count - 1].at_ns < NS_APART)
        return;
    if (spread->count == FT_SPREAD_SEEN) {
        memmove(spread->seen, spread->seen + 1,
                sizeof(spread->seen) - sizeof(spread->seen[0]));
        spread->count--;
    }
    spread->seen[spread->count].at_ns = now_ns;
    spread->seen[spread->count++].done = done;
}

/* Bytes a second from one point to a later one. */
static double
rate_between(const struct ft_spread *spread, size_t from, size_t to)
{
    uint64_t before = spread->seen[from].done, after = spread->seen[to].done;
    int64_t ns = spread->seen[to].at_ns - spread->seen[from].at_ns;

    return after > before ? (double)(after - before) * NS_PER_S / (double)ns : 0;
}

static double
mean(const double *rates, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += rates[i];
    return sum / (double)count;
}

bool
ft_spread_halves(const struct ft_spread *spread, double *slower, double *faster)
{
    double rates[FT_SPREAD_SEEN];
    size_t count, half;

    *slower = *faster = 0;
    if (spread->count < FT_SPREAD_SURE)
        return false;
    for (count = 0; count + 1 < spread->count; count++)
        rates[count] = rate_between(spread, count, count + 1);
    qsort(rates, count, sizeof(*rates), ft_order_doubles);
    half = (count + 1) / 2;
    *slower = mean(rates, half);
    *faster = mean(rates + count - half, half);
    return true;
}

double
ft_spread_rate(const struct ft_spread *spread)
{
    return spread->count < 2 ? 0 : rate_between(spread, 0, spread->count - 1);
}
