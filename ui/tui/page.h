/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all pages share: rows filtered and ordered, moving, searching.
 * Pure. A list is never sorted anew under the cursor: once somebody moved in
 * it, its order is held until it is asked for.
 */
#ifndef FT_UI_TUI_PAGE_H
#define FT_UI_TUI_PAGE_H

#include "ui/tui/state.h"

/* Makes page->rows anew from the picture; the selection follows its thing. */
void ft_page_refresh(struct ft_console *console, struct ft_page *page);

/* Moves the selection, or scrolls a page without list. */
void ft_page_move(struct ft_console *console, struct ft_page *page, long by);

/* Goes to the next row (1) or the one before (-1) that has page->search. */
void ft_page_search(struct ft_console *console, struct ft_page *page, int by);

/* The next longer (1) or shorter (-1) window of the charts. */
void ft_page_zoom(struct ft_page *page, int by);

#endif
