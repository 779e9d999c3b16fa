/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the members of rows are: unit and meaning, one entry for each that is
 * shown, so that no value is shown which cannot be explained. Constant; any
 * thread.
 */
#ifndef FT_UI_MODEL_MEANING_H
#define FT_UI_MODEL_MEANING_H

struct ft_meaning {
    const char *key;  /* as in struct ft_column */
    const char *unit; /* "ms", "B", "s", "1/s", "B/s", or "" */
    const char *text; /* without a full stop */
};

/* NULL when nothing is known of a member of this name. */
const struct ft_meaning *ft_meaning_of(const char *key);

#endif
