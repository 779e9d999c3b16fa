/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries the ways of drift/ways.h, a few at each look. What is known of them is kept
 * between looks in FT_WAYS_FILE.
 */
#ifndef FT_DRIFT_WAYS_TRY_H
#define FT_DRIFT_WAYS_TRY_H

#include "base/paths.h"
#include "drift/ways.h"

#define FT_WAYS_FILE FT_RUN_FOLDER "/ways.json"
#define FT_WAYS_FILE_MAX (256u << 10) /* bytes */

/* Nothing is begun after so long: the rest has its turn at the next look. */
#define FT_WAYS_TRY_MS 1500

/*
 * Fills ways with those to the peers of these pairs, an array of UUIDs, and tries what
 * is due: it blocks for FT_WAYS_TRY_MS and one try at most. What cannot be tried stays
 * as it is known.
 */
void ft_ways_try(const json_t *pairs, struct ft_ways *ways);

#endif
