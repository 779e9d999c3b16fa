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

/* ECMA-48 sequence that starts the colour. */
const char *ft_severity_colour(enum ft_severity severity);

#endif
