/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The past of one pair's figures in bounded memory: the last 600 seconds, and
 * minutes and hours of the metrics that are kept long (rollup.h), made from the
 * means of the seconds. Pure.
 *
 * A second that was not measured is not there; the next one follows all the
 * same. Where the clock went back, what claims to be later than now is dropped,
 * and the minute or hour that is lived twice becomes one. Seconds of a clock
 * that was never set (before FT_SERIES_FIRST) are not kept.
 *
 * Memory grows with what is in it: at most some 0.6 MB for everything that a
 * primary measures, in a month.
 *
 * Threads: one at a time.
 */
#ifndef FT_PAIR_SERIES_H
#define FT_PAIR_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "pair/metrics.h"
#include "pair/rollup.h"

#define FT_SECONDS_KEPT 600
#define FT_SERIES_FIRST INT64_C(1704067200) /* 2024, seconds since 1970 */

struct ft_series;

/* An empty one, for ft_series_free; NULL without memory. */
struct ft_series *ft_series_new(void);
void ft_series_free(struct ft_series *series);

/*
 * Adds what was measured in a second; two with the same number become one. 0,
 * -EINVAL: before FT_SERIES_FIRST, -ENOMEM: not or not wholly kept.
 */
int ft_series_add(struct ft_series *series, const struct ft_second *second);

/*
 * Makes the minute and the hour that are under way kept ones, before a series
 * is put away. Seconds of the same hour that come later are added to it;
 * percentiles are then the means of the two parts'.
 */
int ft_series_finish(struct ft_series *series);

/* Number of the newest second; -1 when there is none. */
int64_t ft_series_newest(const struct ft_series *series);

/*
 * All seconds after one, summed up as if they were one: how many. *out has the
 * newest one's number.
 */
size_t ft_series_sum(const struct ft_series *series, int64_t after,
                     struct ft_second *out);

/* How many minutes or hours are kept, and one of them, 0 being the oldest. */
size_t ft_series_rollups(const struct ft_series *series,
                         enum ft_rollup_scale scale);
void ft_series_rollup(const struct ft_series *series, enum ft_rollup_scale scale,
                      size_t index, struct ft_rollup *out);

/* What ft_series_to_json is to tell. */
struct ft_series_parts {
    unsigned seconds; /* of the newest this many seconds; 0: no list of them */
    bool minutes, hours;
};

/*
 * {"seconds": [SECOND], "minutes": [ROLLUP], "hours": [ROLLUP]}, the oldest
 * first, only the parts asked for; a new reference, NULL without memory.
 */
json_t *ft_series_to_json(const struct ft_series *series,
                          struct ft_series_parts parts);

/*
 * Fills a series that was empty from such an object; parts may be missing. 0;
 * -EBADMSG for what is not of this form, too long or not in the order of time,
 * -ENOMEM: then it is empty again.
 */
int ft_series_from_json(struct ft_series *series, const json_t *json);

#endif
