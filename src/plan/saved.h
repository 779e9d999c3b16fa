/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan that was saved (the JSON of ft_plan_to_json), to be carried out later as it
 * was read, or not at all. Whoever has it may have written it: nothing in it is
 * trusted, and what is carried out is always a plan made anew, that is the same. Pure.
 */
#ifndef FT_PLAN_SAVED_H
#define FT_PLAN_SAVED_H

#include "plan/plan.h"

#define FT_SAVED_SIZE_MAX (4 << 20) /* bytes of such a file; 2,000 disks fit */

/*
 * Whether it is one, with all that is compared. -EPROTO another schema; -EINVAL with
 * the member that is missing, of another type or too long.
 */
int ft_saved_check(const json_t *saved, struct ft_error *err);

/* What is to be planned again, of one that was checked. Strings are its own. */
void ft_saved_choices(const json_t *saved, struct ft_plan_choices *choices);

/*
 * In what now, a plan made anew by its choices, is not what was saved: an array of
 * objects with "what", "was" and "is" (one of both may be null), at most
 * FT_SAVED_DIFFERENCES_MAX; empty: it is the same. What only measures the moment
 * (free memory, candidates, round trips) is not compared, and of checks only what
 * they find worse. New reference, or NULL without memory.
 */
json_t *ft_saved_differences(const json_t *saved, const json_t *now);

#define FT_SAVED_DIFFERENCES_MAX 100

#endif
