/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a cell of the screen means, and how each meaning looks in a terminal
 * with 256 colours, with 8, and with none. Views only know meanings. Pure.
 *
 * Colours: mid-tones of xterm's palette whose contrast is at least 3.8 on
 * white and on black (WCAG 2.1, "contrast ratio"; tests/unit/ui/tui measures
 * it); -1 is the terminal's own. A colour never stands without its word and
 * glyph, and no fact is told by bold alone.
 */
#ifndef FT_UI_TUI_LOOK_H
#define FT_UI_TUI_LOOK_H

#include <stdbool.h>

#include "ui/model/severity.h"

/*
 * Meaning; foreground and background with 256 colours; the same with 8;
 * with colour: bold, reverse, underline; without any: the same three.
 */
#define FT_LOOKS(X)                                   \
    X(PLAIN, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0)        \
    X(OK, 64, -1, 2, -1, 0, 0, 0, 0, 0, 0)            \
    X(NOTE, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0)         \
    X(WARN, 166, -1, 0, 3, 0, 0, 0, 1, 0, 0)          \
    X(CRIT, 231, 160, 7, 1, 0, 0, 0, 1, 1, 0)         \
    X(UNKNOWN, 133, -1, 5, -1, 0, 0, 0, 0, 0, 1)      \
    X(STALE, 243, -1, -1, -1, 0, 0, 0, 0, 0, 0)       \
    X(TITLE, -1, -1, -1, -1, 1, 0, 0, 1, 0, 0)        \
    X(RULE, 243, -1, -1, -1, 0, 0, 0, 0, 0, 0)        \
    X(KEY, -1, -1, -1, -1, 1, 0, 0, 1, 0, 0)          \
    X(HINT, 243, -1, -1, -1, 0, 0, 0, 0, 0, 0)        \
    X(FIELD, -1, -1, -1, -1, 0, 0, 1, 0, 0, 1)        \
    X(FIELD_IN_USE, -1, -1, -1, -1, 0, 1, 0, 0, 1, 0) \
    X(CHART, 32, -1, -1, -1, 0, 0, 0, 0, 0, 0)        \
    X(MATCH, -1, -1, -1, -1, 1, 0, 1, 1, 0, 1)        \
    X(PAST, -1, -1, -1, -1, 0, 1, 0, 0, 1, 0)

#define FT_LOOK_ENUM_(name, ...) FT_LOOK_##name,
enum ft_look { FT_LOOKS(FT_LOOK_ENUM_) FT_LOOK_COUNT };
#undef FT_LOOK_ENUM_

struct ft_paint {
    short foreground, background; /* of the palette in use, or -1 */
    bool bold, reverse, underline;
};

/*
 * How look is painted with so many colours (0: none). A selected cell is in
 * reverse and has no colour of its own, so that nothing becomes illegible.
 */
struct ft_paint ft_look_paint(enum ft_look look, bool selected, int colours);

enum ft_look ft_look_of_severity(enum ft_severity severity);

#endif
