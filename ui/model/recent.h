/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was heard of the figures while somebody watched: the means of the last
 * FT_RECENT_SECONDS seconds of the metrics that are drawn as charts, for each
 * pair, from both its hosts. Older ones are in the database (db/samples.h).
 *
 * Pure. Memory: some 20 KB a pair, at most FT_RECENT_PAIRS of them. Threads:
 * one at a time. Seconds are those since 1970 by the clock of who measured.
 */
#ifndef FT_UI_MODEL_RECENT_H
#define FT_UI_MODEL_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pair/metrics.h"

#define FT_RECENT_SECONDS 900
#define FT_RECENT_PAIRS 1024

struct ft_recent;

/* NULL without memory; ft_recent_free(NULL) is a no-op. */
struct ft_recent *ft_recent_new(void);
void ft_recent_free(struct ft_recent *recent);

/*
 * Takes a second of a pair. 0; -ENOSPC too many pairs, -ENOMEM; one from
 * before the seconds that are kept is left out.
 */
int ft_recent_add(struct ft_recent *recent, const char *pair,
                  const struct ft_second *second);

/* The newest second of any pair; 0: none. */
int64_t ft_recent_newest(const struct ft_recent *recent);

/* Is this metric drawn? */
bool ft_recent_keeps(enum ft_metric metric);

/*
 * The seconds [from, to) of a metric in count equal parts, each the mean of
 * what was measured in it, negative where nothing was. Returns how many of
 * them have a value.
 */
size_t ft_recent_points(const struct ft_recent *recent, const char *pair,
                        enum ft_metric metric, int64_t from, int64_t to,
                        size_t count, float *points);

#endif
