/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first start: from the names of machines to a protected VM, by Enter. What
 * is known of machines comes from this program's own commands (ftadmin
 * discover, ftadmin host add), which the owner runs; their lines come in here.
 * Nobody is contacted before Enter or a command says so. Pure.
 *
 * Ownership: the console's; one, made by the first ft_first_open and kept when
 * its page is left. Threads: that of the console.
 */
#ifndef FT_UI_TUI_FIRST_H
#define FT_UI_TUI_FIRST_H

#include <stdbool.h>

#include <jansson.h>

#include "ui/tui/state.h"

struct ft_first;

/* Opens the page; the first time the names are asked for (FT_FIRST_NAMES). */
void ft_first_open(struct ft_console *console);

/* A command that somebody typed: "discover 10.0.0.0/24". */
void ft_first_discover(struct ft_console *console, const struct ft_words *words);

/*
 * The form of account.h was filled in for a machine of this page: it is looked
 * at so, and added so later. The first shows what will be run.
 */
void ft_first_log_in_words(const struct ft_console *console,
                           const struct ft_account *account,
                           struct ft_words *words);
void ft_first_log_in(struct ft_console *console,
                     const struct ft_account *account);

/* A line that a command for this printed. */
void ft_first_line(struct ft_console *console, const char *line);

/*
 * It has ended, by this status: all that it printed as one document, or NULL;
 * message is the last line of its messages, or empty.
 */
void ft_first_ended(struct ft_console *console, enum ft_first_what what,
                    const json_t *document, int status, const char *message);

/* NULL is a no-op. */
void ft_first_close(struct ft_first *first);

#endif
