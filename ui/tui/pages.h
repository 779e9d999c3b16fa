/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stack of pages: opened, left, and a text to be read. Pure.
 */
#ifndef FT_UI_TUI_PAGES_H
#define FT_UI_TUI_PAGES_H

#include "ui/tui/state.h"

/* Opens a page on top; the subject may be NULL. */
void ft_console_push(struct ft_console *console, enum ft_view_id view,
                     const char *subject);

/* Closes the page on top; unless all is set the first one stays. */
void ft_console_pop(struct ft_console *console, bool all);

/* Back to the Overview, and from there to another view. */
void ft_console_go_to(struct ft_console *console, enum ft_view_id view,
                      const char *subject);

/* A text to be read, in place of an earlier one; taken over (malloc). */
void ft_console_show_text(struct ft_console *console, const char *title,
                          char *text);

#endif
