/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far the copy of a VM is, in three lines of its page, in the half of the host that
 * is filled. Pure: reads the row, draws. Threads: the console's.
 */
#ifndef FT_UI_TUI_VM_COPYING_H
#define FT_UI_TUI_VM_COPYING_H

#include <stdbool.h>

#include <jansson.h>

#include "ui/tui/grid.h"

/* From x and y on, width columns; false, and nothing is drawn: nothing is copied. */
bool ft_vm_copying_draw(const json_t *row, struct ft_grid *grid, int x, int y,
                        int width);

#endif
