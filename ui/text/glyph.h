/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a severity looks on a terminal, beside its word (ui/model/severity.h).
 * Pure; any thread; what is returned is constant.
 */
#ifndef FT_UI_TEXT_GLYPH_H
#define FT_UI_TEXT_GLYPH_H

#include <stdbool.h>

#include "ui/model/severity.h"

/* One column wide; ASCII when utf8 is false. */
const char *ft_severity_glyph(enum ft_severity severity, bool utf8);

/*
 * Of a word that is shown beside it: an event that only informs has an i, for
 * it is no state that could be well, and a gap has a dash.
 */
const char *ft_word_glyph(const char *word, bool utf8);

/* ECMA-48 sequence that starts the colour. */
const char *ft_severity_colour(enum ft_severity severity);

#endif
