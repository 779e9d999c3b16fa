/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/text/glyph.h"

#include <string.h>

static const struct {
    const char *glyph;
    const char *ascii;
    const char *colour;
} shapes[] = {
    [FT_SEVERITY_OK] = { "\u2713", "+", "\033[32m" },
    [FT_SEVERITY_WARN] = { "\u25b2", "!", "\033[33m" },
    [FT_SEVERITY_CRIT] = { "\u2717", "X", "\033[31m" },
    [FT_SEVERITY_UNKNOWN] = { "?", "?", "\033[35m" },
};

const char *
ft_severity_glyph(enum ft_severity severity, bool utf8)
{
    return utf8 ? shapes[severity].glyph : shapes[severity].ascii;
}

const char *
ft_word_glyph(const char *word, bool utf8)
{
    if (!strcmp(word, "info"))
        return "i";
    if (!strcmp(word, "gap"))
        return "-";
    return ft_severity_glyph(ft_severity_of(word), utf8);
}

const char *
ft_severity_colour(enum ft_severity severity)
{
    return shapes[severity].colour;
}
