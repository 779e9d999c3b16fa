/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/severity.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

static const struct {
    const char *word;
    enum ft_severity severity;
} words[] = {
    /* states of a pair */
    { "protected", FT_SEVERITY_OK },
    { "syncing", FT_SEVERITY_WARN },
    { "resyncing", FT_SEVERITY_WARN },
    { "alone", FT_SEVERITY_WARN },
    { "unprotected", FT_SEVERITY_CRIT },
    { "failed", FT_SEVERITY_CRIT },
    /* states of a host */
    { "ok", FT_SEVERITY_OK },
    { "no-engine", FT_SEVERITY_WARN },
    { "unreachable", FT_SEVERITY_CRIT },
    /* verdicts of a check, results of a command */
    { "pass", FT_SEVERITY_OK },
    { "fail", FT_SEVERITY_CRIT },
    { "added", FT_SEVERITY_OK },
    /* severities of an event */
    { "info", FT_SEVERITY_OK },
    { "warn", FT_SEVERITY_WARN },
    { "crit", FT_SEVERITY_CRIT },
};

static const struct {
    const char *word;
    const char *glyph;
    const char *ascii;
    const char *colour;
} shapes[] = {
    [FT_SEVERITY_OK] = { "OK", "\u2713", "+", "\033[32m" },
    [FT_SEVERITY_WARN] = { "WARN", "\u25b2", "!", "\033[33m" },
    [FT_SEVERITY_CRIT] = { "CRIT", "\u2717", "X", "\033[31m" },
    [FT_SEVERITY_UNKNOWN] = { "UNKNOWN", "?", "?", "\033[35m" },
};

enum ft_severity
ft_severity_of(const char *word)
{
    for (size_t i = 0; word && i < FT_ARRAY_SIZE(words); i++)
        if (!strcmp(words[i].word, word))
            return words[i].severity;
    return FT_SEVERITY_UNKNOWN;
}

const char *
ft_severity_word(enum ft_severity severity)
{
    return shapes[severity].word;
}

const char *
ft_severity_glyph(enum ft_severity severity, bool utf8)
{
    return utf8 ? shapes[severity].glyph : shapes[severity].ascii;
}

const char *
ft_severity_colour(enum ft_severity severity)
{
    return shapes[severity].colour;
}
