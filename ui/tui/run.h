/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console at work: the one thread that reads keys, takes what hosts say,
 * and draws. It never waits for a host.
 *
 * Ownership: work is the caller's and outlives the call.
 */
#ifndef FT_UI_TUI_RUN_H
#define FT_UI_TUI_RUN_H

#include "ui/tui/completion.h"
#include "ui/tui/words.h"
#include "ui/work/work.h"

struct ft_tui_options {
    bool readonly, ascii, mono;
    /* As in struct ft_console_ops, with a table of its own. NULL: none. */
    void (*complete)(const void *commands, const struct ft_words *before,
                     const char *part, struct ft_completion *completion);
    const void *commands;
    const char *notice; /* to be said at first; NULL or "": nothing */
    /* Global options that the commands of the console are given too. */
    struct ft_words common;
};

/*
 * Runs until it is left: 0; -ENOTTY no terminal that it can be drawn on;
 * -EPIPE the terminal went away.
 */
int ft_tui_run(const struct ft_work *work, const struct ft_tui_options *options,
               struct ft_error *err);

#endif
