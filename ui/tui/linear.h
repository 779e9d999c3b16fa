/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console line by line: a line that was typed becomes the keys that do the
 * same on the screen, and what they changed is told in lines; nothing is ever
 * drawn over. State, questions and commands are those of the screen: this is
 * another backend of the same console.
 *
 * What happens by itself (ft_linear_news) is told no more often than once in
 * FT_LINEAR_NEWS_MS and in FT_LINEAR_NEWS_LINES lines; a long page in parts of
 * FT_LINEAR_PART lines.
 *
 * Ownership: the console is the caller's and outlives it; ft_linear_end frees.
 * Threads: one. Pure but for out, which is written to and flushed.
 */
#ifndef FT_UI_TUI_LINEAR_H
#define FT_UI_TUI_LINEAR_H

#include <stdio.h>

#include "ui/tui/linear-news.h"
#include "ui/tui/state.h"

#define FT_LINEAR_PART 40
#define FT_LINEAR_LINE 1024 /* bytes of a typed line with its NUL */

struct ft_linear {
    struct ft_console *console;
    FILE *out;
    struct ft_told told;
    enum ft_overlay overlay; /* that was told */
    char *rest;              /* of a long page, that was not told yet */
    bool at_prompt;
};

/*
 * Tells the page and asks. now_ms: of any steady clock. Nothing here flushes out:
 * the caller does, when what was typed before the question is dropped.
 */
void ft_linear_begin(struct ft_linear *linear, struct ft_console *console,
                     FILE *out, int64_t now_ms);

/* A line that was typed, without its end. */
void ft_linear_take(struct ft_linear *linear, const char *line);

/*
 * Several lines came at once while ft_linear_asks: they were pasted, and dropped;
 * the question stays. A line in the marks of a bracketed paste is taken by
 * ft_linear_take as any other, and answers no question either.
 */
void ft_linear_refuse(struct ft_linear *linear);

/* Others had the terminal: asks again. */
void ft_linear_again(struct ft_linear *linear);

/* What has changed meanwhile, if it is time to say so. */
void ft_linear_news(struct ft_linear *linear, int64_t now_ms);

/*
 * The next line may change something: what was typed or pasted before it was
 * asked for must not answer it.
 */
bool ft_linear_asks(const struct ft_linear *linear);

/* The next line is a secret: it must not be echoed, and is wiped after it. */
bool ft_linear_asks_secret(const struct ft_linear *linear);

void ft_linear_end(struct ft_linear *linear);

#endif
