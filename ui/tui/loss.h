/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands around the Overview's list: which host's plug may be pulled, what
 * the loss of one would mean, what has happened since this user left; and in
 * the past what had happened before. Pure.
 */
#ifndef FT_UI_TUI_LOSS_H
#define FT_UI_TUI_LOSS_H

#include "ui/tui/overview-line.h"
#include "ui/tui/state.h"

/* Of the host under the cursor (page->column), from row y on, before end. */
void ft_loss_draw(const struct ft_console *console, struct ft_page *page,
                  struct ft_grid *grid, int y, int end);

/*
 * What would become of the VMs that the host (its row) has a part in, an outcome
 * a row; or why there is none.
 */
void ft_loss_list(const struct ft_plug *plug, const json_t *host,
                  struct ft_grid *grid, int y, int end);

/* "Pull plug?", a word for each host, as the plan has their columns. */
void ft_plug_draw(const struct ft_console *console,
                  const struct ft_vm_line_plan *plan, struct ft_grid *grid,
                  int y);

/* In the past: the last events until then, of one pair (a row) or of all. */
void ft_before_draw(const struct ft_console *console, const json_t *pair,
                    struct ft_grid *grid, int y, int end);

/* The hand-over of a shift in one line; nothing where it is not known. */
void ft_since_draw(const struct ft_console *console, struct ft_grid *grid,
                   int y);

#endif
