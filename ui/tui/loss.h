/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands below the Overview's list: what the loss of a host would mean,
 * and what has happened since this user left. Pure.
 */
#ifndef FT_UI_TUI_LOSS_H
#define FT_UI_TUI_LOSS_H

#include "ui/tui/state.h"

/* Of the host under the cursor (page->column), from row y on, before end. */
void ft_loss_draw(const struct ft_console *console, struct ft_page *page,
                  struct ft_grid *grid, int y, int end);

/* The hand-over of a shift in one line; nothing where it is not known. */
void ft_since_draw(const struct ft_console *console, struct ft_grid *grid,
                   int y);

#endif
