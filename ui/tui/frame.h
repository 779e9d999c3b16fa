/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole screen, drawn from the console's state. Pure. */
#ifndef FT_UI_TUI_FRAME_H
#define FT_UI_TUI_FRAME_H

#include "ui/tui/state.h"

void ft_console_draw(struct ft_console *console, struct ft_grid *grid);

#endif
