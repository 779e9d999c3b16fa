/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/console-watch.h"

#include <errno.h>
#include <string.h>

static bool
is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f;
}

int
ft_console_pattern_check(const char *pattern, struct ft_error *err)
{
    if (strlen(pattern) > FT_CONSOLE_PATTERN_MAX)
        return ft_fail(err, EINVAL, NULL,
                       "a pattern for a console has at most %d bytes",
                       FT_CONSOLE_PATTERN_MAX);
    if (!pattern[strspn(pattern, "*")])
        return ft_fail(err, EINVAL, "Name a text of one line, like 'login:'.",
                       "a pattern for a console says nothing");
    for (const char *c = pattern; *c; c++)
        if (is_control(*c))
            return ft_fail(err, EINVAL, "Name a text of one line.",
                           "a pattern for a console has a control character");
    return 0;
}

void
ft_console_watch_begin(struct ft_console_watch *w, const char *pattern)
{
    memset(w, 0, sizeof(*w));
    strncat(w->pattern, pattern, FT_CONSOLE_PATTERN_MAX);
}

/*
 * Tries each place of what follows the last *, and never goes back behind that: the
 * first place is the best one for all that comes after it.
 */
static bool
shows(const char *pattern, const char *line, size_t size)
{
    const char *part = pattern;
    size_t at = 0, begin = 0;

    while (*pattern) {
        if (*pattern == '*') {
            part = ++pattern;
            begin = at;
        } else if (at == size) {
            return false;
        } else if (*pattern == '?' || *pattern == line[at]) {
            pattern++;
            at++;
        } else {
            pattern = part;
            at = ++begin;
        }
    }
    return true;
}

static void
look(struct ft_console_watch *w)
{
    w->seen = w->seen || shows(w->pattern, w->line, w->used);
}

static void
take(struct ft_console_watch *w, char c)
{
    if (c == '\n') {
        look(w);
        w->used = 0;
    }
    if (is_control(c))
        return;
    if (w->used == sizeof(w->line)) {
        look(w);
        w->used = sizeof(w->line) / 2;
        memmove(w->line, w->line + sizeof(w->line) - w->used, w->used);
    }
    w->line[w->used++] = c;
}

void
ft_console_watch_take(struct ft_console_watch *w, const void *data, size_t size)
{
    const char *text = data;

    for (size_t i = 0; i < size && !w->seen; i++)
        take(w, text[i]);
    look(w);
}
