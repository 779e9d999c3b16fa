/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the keys do here and now, and what the values mean. Pure.
 */
#ifndef FT_UI_TUI_HELP_H
#define FT_UI_TUI_HELP_H

#include "ui/tui/state.h"

/* Opens a text that explains each value of what is selected. */
void ft_page_explain(struct ft_console *console, const json_t *row);

/* Opens help about this page. */
void ft_page_help(struct ft_console *console);

/* Whether the key of this action would do something here and now. */
bool ft_page_enabled(const struct ft_console *console,
                     const struct ft_page *page, enum ft_do action);

#endif
