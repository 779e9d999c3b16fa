/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page's rows as a table, by the columns that the command line prints too.
 * Pure.
 */
#ifndef FT_UI_TUI_ROWS_H
#define FT_UI_TUI_ROWS_H

#include "ui/model/columns.h"
#include "ui/tui/state.h"

/* The head in row y, and what fits above row end: the selected one always. */
void ft_rows_draw(struct ft_page *page, const struct ft_columns *columns,
                  struct ft_grid *grid, int y, int end);

#endif
