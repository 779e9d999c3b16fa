/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became worse on the host of a VM's copy, in few lines of its page. Pure: reads
 * the row, draws. Threads: the console's.
 */
#ifndef FT_UI_TUI_VM_DRIFT_H
#define FT_UI_TUI_VM_DRIFT_H

#include <stdbool.h>

#include <jansson.h>

#include "ui/tui/grid.h"

/* From line y on, before end; false, and nothing is drawn: there is nothing to say. */
bool ft_vm_drift_draw(const json_t *row, struct ft_grid *grid, int y, int end);

#endif
