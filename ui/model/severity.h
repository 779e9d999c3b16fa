/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Severity: what a state means to the administrator, always shown as a word,
 * a glyph and a colour together, so that none of the three is needed.
 */
#ifndef FT_UI_MODEL_SEVERITY_H
#define FT_UI_MODEL_SEVERITY_H

#include <stdbool.h>

enum ft_severity {
    FT_SEVERITY_OK,
    FT_SEVERITY_WARN,
    FT_SEVERITY_CRIT,
    FT_SEVERITY_UNKNOWN,
};

/* Of a pair's state, a host's state, an event's severity or a check's verdict. */
enum ft_severity ft_severity_of(const char *word);

/* "OK", "WARN", "CRIT", "UNKNOWN" */
const char *ft_severity_word(enum ft_severity severity);

/* One column wide; ASCII when utf8 is false. */
const char *ft_severity_glyph(enum ft_severity severity, bool utf8);

/* ECMA-48 sequence that starts the colour. */
const char *ft_severity_colour(enum ft_severity severity);

#endif
