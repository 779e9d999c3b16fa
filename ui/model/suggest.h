/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the known names may have been meant by one that is not known.
 *
 * Pure; plain memory of the caller; any thread. Work is bounded: names of more
 * than FT_SUGGEST_LENGTH bytes are never like another.
 */
#ifndef FT_UI_MODEL_SUGGEST_H
#define FT_UI_MODEL_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define FT_SUGGEST_LENGTH 64

/*
 * Edits that make b of a: a letter too many, missing, wrong, or two exchanged
 * (optimal string alignment, after Damerau 1964). Upper and lower case are the
 * same; a digit in place of another one counts two, because vm2 is another VM
 * rather than vm1 mistyped. limit + 1 for everything beyond limit.
 */
size_t ft_edit_distance(const char *a, const char *b, size_t limit);

/* The best of the names that were considered; all zero: none yet. */
struct ft_suggestion {
    char name[FT_SUGGEST_LENGTH + 1]; /* empty: none */
    size_t distance;
};

/*
 * Takes name when it is like typed and better than what best has. How many
 * edits are still alike depends on the longer one: none up to 2 bytes, 1 up to
 * 5, 2 up to 12, else 3. Names that could drive a terminal are left out.
 */
void ft_suggest(struct ft_suggestion *best, const char *typed, const char *name);

/* Adds "; did you mean NAME?" to err's text; nothing when there is none. */
void ft_suggest_tell(const struct ft_suggestion *best, struct ft_error *err);

#endif
