/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pair in the database and a pair in a host's STATUS (ft-protocol(7)), each
 * made from the other. Pure; any thread. New JSON belongs to the caller, NULL
 * when there is no memory.
 */
#ifndef FT_UI_MODEL_STORED_PAIR_H
#define FT_UI_MODEL_STORED_PAIR_H

#include <stdbool.h>

#include <jansson.h>

#include "db/store.h"

/* Fills names, uuids and hosts from a STATUS; leaves the other fields. */
void ft_stored_pair_fill(struct ft_store_pair *pair, const json_t *status);

/* Only what tells which VM it is: pair, vm, uuid, state, primary. */
json_t *ft_stored_pair_brief(const struct ft_store_pair *pair);

/* STATUS of a pair of which nothing was ever heard. */
json_t *ft_stored_pair_unheard(const struct ft_store_pair *pair);

/*
 * What was begun with a pair and has not ended, and how to go on, or back: an object
 * with "verb", "resume" and "rollback" (commands; the second may be null), or null:
 * nothing, or somebody is at work on it.
 */
json_t *ft_stored_pair_pending(const struct ft_store_pair *pair, bool at_work);

/*
 * Why no host reports a pair although both of its hosts answered; NULL when
 * one of them did not, because then that is why.
 */
const char *ft_stored_pair_silence(const struct ft_store_pair *pair,
                                   bool both_answered);

/* A copy of status that says unprotected, for this reason. */
json_t *ft_status_unprotected(const json_t *status, const char *reason);

/*
 * What a host says now, corrected by the database: a pair that was being taken
 * away is gone even if one of its hosts, back from the dead, does not know
 * that yet; and one of which only the standby knows goes on by nobody, when it is
 * unattended: nobody is at work on it, and its primary answers. pair NULL: not in the database. A row of ft_pair_row.
 */
json_t *ft_stored_pair_live_row(const struct ft_store_pair *pair,
                                bool unattended, const json_t *status);

/*
 * The row of a pair that no host reported. status is what was heard last, at
 * at (ms), or NULL; now in ms too, both of CLOCK_REALTIME.
 */
json_t *ft_stored_pair_row(const struct ft_store_pair *pair,
                           const json_t *status, int64_t at, int64_t now,
                           bool both_answered);

#endif
