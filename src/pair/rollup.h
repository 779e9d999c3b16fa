/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stays of a minute or an hour of a pair: of each metric that is kept
 * long (metrics.h) the spread of the means of its seconds. As JSON it is the
 * ROLLUP of ft-protocol(7) and a row of topology.db; both ends come from here.
 * Pure.
 *
 * Threads: plain data of the caller.
 */
#ifndef FT_PAIR_ROLLUP_H
#define FT_PAIR_ROLLUP_H

#include <stddef.h>

#include "pair/metrics.h"

#define FT_MINUTES_KEPT 240
#define FT_HOURS_KEPT 720
#define FT_USUAL_HOURS 168    /* "usual" looks at the last 7 days */
#define FT_USUAL_HOURS_MIN 24 /* and says nothing before a day was measured */

/* How many seconds a rollup is of. */
enum ft_rollup_scale {
    FT_ROLLUP_MINUTE = 60,
    FT_ROLLUP_HOUR = 3600,
};

struct ft_summary {
    uint32_t count; /* of seconds; 0: nothing was measured, the rest is 0 */
    float min, p5, p50, p95, max;
};

struct ft_rollup {
    int64_t at; /* its begin, seconds of CLOCK_REALTIME since 1970 */
    struct ft_summary metrics[FT_METRIC_COUNT];
};

/* How many are kept of this scale. */
size_t ft_rollups_kept(enum ft_rollup_scale scale);

/* The largest count of its metrics: how much of it was measured. */
uint32_t ft_rollup_count(const struct ft_rollup *rollup);

/*
 * Of two rollups of the same time, which the pair's two sides measured, or one
 * of them twice: into has each metric as it was measured for more seconds.
 * Returns whether that has changed into.
 */
bool ft_rollup_merge(struct ft_rollup *into, const struct ft_rollup *from);

/*
 * {"at": S, "m": {NAME: [min, p5, p50, p95, max, count], ...}}, only what is
 * kept long and was measured; NULL without memory. The other way: 0, or
 * -EBADMSG for what is not of this form: five finite numbers that are not
 * negative and do not fall, a count from 1 on. Names that are not known, or
 * not kept long, are left out.
 */
json_t *ft_rollup_to_json(const struct ft_rollup *rollup);
int ft_rollup_from_json(const json_t *json, struct ft_rollup *rollup);

/* What a metric usually is: between low and high. */
struct ft_usual {
    bool known;
    float low, high;
};

/*
 * The median of the hours' p5, and of their p95, for each metric; not known
 * below FT_USUAL_HOURS_MIN hours in which it was measured. At most
 * FT_USUAL_HOURS hours, in any order; more are not looked at.
 */
void ft_usual_of(const struct ft_rollup *hours, size_t count,
                 struct ft_usual usual[FT_METRIC_COUNT]);

#endif
