/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ft_live_pair_rows (live-rows.h) for whoever must not be held up by thousands
 * of pairs: begun, then some rows at a time.
 *
 * Pure. Ownership: ft_live_pairs_begin and ft_live_pairs_free; references to
 * what the hosts had said at the beginning are held, and the live state may
 * change between two steps. Threads: one at a time. Times as in live.h.
 */
#ifndef FT_UI_MODEL_LIVE_PAIRS_H
#define FT_UI_MODEL_LIVE_PAIRS_H

#include "ui/model/live.h"

struct ft_live_pairs;

/* NULL without memory. */
struct ft_live_pairs *ft_live_pairs_begin(const struct ft_live *live,
                                          int64_t now_ms);

/* NULL is a no-op. */
void ft_live_pairs_free(struct ft_live_pairs *pairs);

/* So many more at most: 1 when there are no more, 0, or -ENOMEM. */
int ft_live_pairs_step(struct ft_live_pairs *pairs, const struct ft_live *live,
                       int64_t now_ms, int64_t wall_ms, size_t most);

/*
 * Instead of steps: the next merged STATUS (ft_words_merge) of a pair that a
 * host speaks of, new; NULL when there is none, or no memory.
 */
json_t *ft_live_pairs_next(struct ft_live_pairs *pairs, int64_t now_ms);

/* What was made: a new array, ordered by VM; NULL without memory. */
json_t *ft_live_pairs_rows(const struct ft_live_pairs *pairs);

#endif
