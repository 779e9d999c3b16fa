/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies over a page and takes the keys while it is there: a menu, a
 * question, a line that is typed. Pure, but for the owner's callbacks.
 */
#ifndef FT_UI_TUI_OVERLAY_H
#define FT_UI_TUI_OVERLAY_H

#include "ui/tui/state.h"

void ft_overlay_key(struct ft_console *console, const struct ft_key *key);

/* Opens the menu of what can be done with the selected row, if there is one. */
void ft_overlay_menu(struct ft_console *console);

/* Begins a line (command, search or filter) with this text in it. */
void ft_overlay_type(struct ft_console *console, enum ft_overlay overlay,
                     const char *text);

#endif
