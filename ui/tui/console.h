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

void ft_console_key(struct ft_console *console, const struct ft_key *key);

#endif
