/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest's console shows, looked through for a pattern while it comes: text that
 * is anywhere in one line, where * is any text and ? any byte. What is kept of it is
 * one line, and of a long one its end; control characters are left out. Pure.
 */
#ifndef FT_PAIR_CONSOLE_WATCH_H
#define FT_PAIR_CONSOLE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define FT_CONSOLE_PATTERN_MAX 120 /* bytes */
#define FT_CONSOLE_LINE_MAX 1024 /* bytes; a match is found within half of it */

struct ft_console_watch {
    char pattern[FT_CONSOLE_PATTERN_MAX + 1];
    char line[FT_CONSOLE_LINE_MAX];
    size_t used;
    bool seen;
};

/* -EINVAL: it is empty, all *, too long, or has a control character. */
int ft_console_pattern_check(const char *pattern, struct ft_error *err);

/* pattern has been checked. */
void ft_console_watch_begin(struct ft_console_watch *watch, const char *pattern);

/* What it shows next, whose last line may be without its end: a prompt. */
void ft_console_watch_take(struct ft_console_watch *watch, const void *data,
                           size_t size);

#endif
