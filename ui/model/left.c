/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/left.h"

#include <stdio.h>

#define FAR_S (100 * 24 * 3600) /* nobody waits for that */

void
ft_left_add(struct ft_left *left, int64_t now_ns, uint64_t done, uint64_t total)
{
    left->done = done < total ? done : total;
    left->total = total;
    ft_spread_add(&left->spread, now_ns, left->done);
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
ft_left_between(double bytes, double slower, double faster, int64_t *from,
                int64_t *to)
{
    *from = seconds_for(bytes, faster);
    *to = *from < 0 ? -1 : seconds_for(bytes, slower);
    return *from >= 0;
}

bool
ft_left_range(const struct ft_left *left, int64_t *from, int64_t *to)
{
    double slower, faster;

    *from = *to = -1;
    return ft_spread_halves(&left->spread, &slower, &faster) &&
           ft_left_between((double)(left->total - left->done), slower, faster,
                           from, to);
}

uint64_t
ft_left_rate(const struct ft_left *left)
{
    return (uint64_t)ft_spread_rate(&left->spread);
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
