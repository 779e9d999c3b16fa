/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The past of a pair's figures in the topology database: 240 minutes and 720
 * hours, each with the spread of every metric that is kept long, and what is
 * usual for it. They come from the engine's snapshots and go with their pair.
 *
 * Memory, threads, errors: those of store.h.
 */
#ifndef FT_DB_SAMPLES_H
#define FT_DB_SAMPLES_H

#include "db/store.h"
#include "pair/rollup.h"

/*
 * Merges rollups of one scale, in any order and of either side: what is new is
 * added, a metric that is there is replaced where more seconds were measured
 * (ft_rollup_merge). Those that begin at no
 * multiple of the scale, in the future, or without a measured second are left
 * out; so is what is older than what has its place by now. Works out anew what
 * is usual when hours have changed. One transaction, or part of the caller's.
 * -ENOENT the pair is not known.
 */
int ft_store_rollups_put(struct ft_store *store, const char *pair,
                         enum ft_rollup_scale scale,
                         const struct ft_rollup *rollups, size_t count,
                         struct ft_error *err);

/*
 * Those that begin at since (seconds since 1970) or later, oldest first; a
 * minute or hour in which nothing was heard has none.
 */
int ft_store_rollup_list(struct ft_store *store, const char *pair,
                         enum ft_rollup_scale scale, int64_t since,
                         struct ft_rollup **rollups, size_t *count,
                         struct ft_error *err);

/*
 * The one in which a moment lies (at, seconds since 1970). -ENODATA: nothing is
 * kept of then.
 */
int ft_store_rollup_at(struct ft_store *store, const char *pair,
                       enum ft_rollup_scale scale, int64_t at,
                       struct ft_rollup *rollup, struct ft_error *err);

/* What is usual for the pair (ft_usual_of), as of its newest hour. */
int ft_store_usual_get(struct ft_store *store, const char *pair,
                       struct ft_usual usual[FT_METRIC_COUNT],
                       struct ft_error *err);

#endif
