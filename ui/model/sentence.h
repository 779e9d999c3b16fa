/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences from patterns: "{vm} runs alone on {on}." with names filled in,
 * and never wider than asked for. Pure; any thread.
 */
#ifndef FT_UI_MODEL_SENTENCE_H
#define FT_UI_MODEL_SENTENCE_H

#include <stddef.h>

struct ft_filler {
    const char *name; /* without braces; NULL ends a list */
    const char *text;
};

/*
 * Writes pattern with its fillers to out, of size bytes, at most columns wide
 * (one for each UTF-8 character). Where it would be wider all fillers are cut
 * to fewer characters, and end in '~'; down to four, and then the end is cut.
 * A filler that is not in the list is "?".
 */
void ft_sentence(const char *pattern, const struct ft_filler *fillers,
                 size_t columns, char *out, size_t size);

/* Characters of UTF-8 text. */
size_t ft_sentence_width(const char *text);

#endif
