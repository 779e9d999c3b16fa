/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One VM of the Overview as a line across its hosts: where the columns of such
 * lines stand, and how one is drawn. Pure: reads console and page, draws.
 *
 * Rows are those of ui/model (pairs, and VMs that are in none). Threads: the
 * console's.
 */
#ifndef FT_UI_TUI_OVERVIEW_LINE_H
#define FT_UI_TUI_OVERVIEW_LINE_H

#include "ui/tui/rails.h"
#include "ui/tui/state.h"
#include "ui/tui/vm-row.h"

/* Columns of a grid, from 0; what is 0 has no room, hosts and state always. */
struct ft_vm_line_plan {
    struct ft_rails rails;
    bool rails_fit, copy_fits;
    int name, hosts, state, lag, pause, chart, chart_width;
};

/*
 * Names of the hosts that run or keep VMs, as many as most. Returns how many
 * there are. Borrowed.
 */
size_t ft_vm_line_hosts(const struct ft_console *console, const char **names,
                        size_t most);

void ft_vm_line_place(const struct ft_console *console, struct ft_page *page,
                      int width, struct ft_vm_line_plan *plan);

void ft_vm_line_draw_heads(const struct ft_console *console,
                           const struct ft_page *page,
                           const struct ft_vm_line_plan *plan,
                           struct ft_grid *grid, int y);
void ft_vm_line_draw(struct ft_console *console, struct ft_page *page,
                     const struct ft_vm_line_plan *plan, const json_t *row,
                     struct ft_grid *grid, int y);

/* The second line of one that is not well: why. */
void ft_vm_line_draw_reason(const struct ft_console *console,
                            const struct ft_vm_line_plan *plan,
                            const json_t *row, struct ft_grid *grid, int y);

#endif
