/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Severity: what a state means to the administrator. Its word is here, its
 * glyph and colour in ui/text/glyph.h; shown are all three, so that none of
 * them is needed. Pure; any thread; what is returned is constant.
 */
#ifndef FT_UI_MODEL_SEVERITY_H
#define FT_UI_MODEL_SEVERITY_H

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

/*
 * Greater is worse: OK, WARN, UNKNOWN, CRIT. Not to know is worse than to know
 * of a repair.
 */
int ft_severity_rank(enum ft_severity severity);

#endif
