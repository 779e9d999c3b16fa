/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/look.h"

struct palette_entry {
    short foreground, background;
};

struct attributes {
    bool bold, reverse, underline;
};

static const struct {
    struct palette_entry many, few; /* 256 and 8 colours */
    struct attributes coloured, mono;
} looks[] = {
#define FT_LOOK_ROW_(name, fg, bg, fg8, bg8, b, r, u, mb, mr, mu) \
    { { fg, bg }, { fg8, bg8 }, { b, r, u }, { mb, mr, mu } },
    FT_LOOKS(FT_LOOK_ROW_)
#undef FT_LOOK_ROW_
};

struct ft_paint
ft_look_paint(enum ft_look look, bool selected, int colours)
{
    const struct attributes *a =
        colours >= 8 ? &looks[look].coloured : &looks[look].mono;
    struct ft_paint paint = { -1, -1, a->bold, a->reverse, a->underline };

    if (selected) {
        paint.reverse = true;
        return paint;
    }
    if (colours >= 256) {
        paint.foreground = looks[look].many.foreground;
        paint.background = looks[look].many.background;
    } else if (colours >= 8) {
        paint.foreground = looks[look].few.foreground;
        paint.background = looks[look].few.background;
    }
    return paint;
}

enum ft_look
ft_look_of_severity(enum ft_severity severity)
{
    switch (severity) {
    case FT_SEVERITY_OK:
        return FT_LOOK_OK;
    case FT_SEVERITY_WARN:
        return FT_LOOK_WARN;
    case FT_SEVERITY_CRIT:
        return FT_LOOK_CRIT;
    case FT_SEVERITY_UNKNOWN:
        break;
    }
    return FT_LOOK_UNKNOWN;
}
