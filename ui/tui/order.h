/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which order a list stands: worst first, or by a column. Pure. */
#ifndef FT_UI_TUI_ORDER_H
#define FT_UI_TUI_ORDER_H

#include "ui/tui/state.h"

/* What is due, where another order is held; else by the next column. */
void ft_order_by_next(struct ft_console *console, struct ft_page *page);

/* The keys FT_DO_SORT_*: the column before or after, turned, worst first. */
void ft_order_by(struct ft_console *console, struct ft_page *page,
                 enum ft_do action);

#endif
