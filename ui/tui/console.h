/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console's beginning and end, and what keys make of its state. Ownership
 * and threads: those of state.h.
 */
#ifndef FT_UI_TUI_CONSOLE_H
#define FT_UI_TUI_CONSOLE_H

#include "ui/tui/state.h"

/* With the Overview open. 0 or -ENOMEM. */
int ft_console_open(struct ft_console *console, const struct ft_console_ops *ops,
                    const struct ft_picture *picture, bool utf8);
void ft_console_close(struct ft_console *console);

/* New data: the selection stays with what is selected. */
void ft_console_set_picture(struct ft_console *console,
                            const struct ft_picture *picture);

/*
 * The end of a command that ops.ask began: its document (NULL: none), its exit
 * status and the last line of its messages. Of no ticket that is waited for:
 * nothing happens.
 */
void ft_console_answer(struct ft_console *console, unsigned ticket,
                       const json_t *document, int status, const char *message);

/*
 * For what moves by itself: true when it has moved. now_ms is of a clock that
 * never goes back; to be called some ten times a second as long as anything does.
 */
bool ft_console_tick(struct ft_console *console, int64_t now_ms);
bool ft_console_moves(const struct ft_console *console);

void ft_console_key(struct ft_console *console, const struct ft_key *key);

#endif
