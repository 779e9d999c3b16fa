/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completion of the ':' line: commands and options from the program's own table
 * (ops.complete, which ui/cli fills), names of VMs and hosts, with how they
 * stand, from the picture. Pure.
 *
 * Ownership: plain data of the console. Threads: the console's.
 */
#ifndef FT_UI_TUI_COMPLETE_H
#define FT_UI_TUI_COMPLETE_H

#include "ui/tui/completion.h"
#include "ui/tui/state.h"

/* Tab (by 1) or S-Tab (-1) in the ':' line. */
void ft_complete(struct ft_console *console, int by);

/* What was offered is not wanted any more. */
void ft_complete_end(struct ft_console *console);

/* The offer, above row y. */
void ft_complete_draw(const struct ft_console *console, struct ft_grid *grid,
                      int y);

#endif
