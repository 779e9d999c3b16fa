/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The charts of a VM's page, each beside what is usual, and its events: all on
 * one time axis. Pure: reads console and page, draws. Threads: the console's.
 */
#ifndef FT_UI_TUI_VM_CHARTS_H
#define FT_UI_TUI_VM_CHARTS_H

#include "ui/tui/state.h"

/* Of a pair's row; from row y on, before end. */
void ft_vm_charts_draw(const struct ft_console *console,
                       const struct ft_page *page, const json_t *row,
                       struct ft_grid *grid, int y, int end);

#endif
