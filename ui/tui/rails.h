/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtual machine as a line across its hosts: each host is a column, the VM
 * runs in one and its copy waits in another. Pure.
 *
 *   ●════►○  protected, two paths        ●····✗  alone
 *   ●────►○  protected, one path         ✗····►● alone, it came from there
 *   ●══▲═►○  at risk                     ✗····○  failed, the copy unused
 *   ●····►○  syncing, resyncing          ●       in no pair
 */
#ifndef FT_UI_TUI_RAILS_H
#define FT_UI_TUI_RAILS_H

#include <stdbool.h>

#include "ui/tui/grid.h"

#define FT_RAILS_HOSTS_MAX 16

/* Where the columns stand; one for each host. */
struct ft_rails {
    int count;
    int columns[FT_RAILS_HOSTS_MAX];
    bool silent[FT_RAILS_HOSTS_MAX]; /* nothing is heard from it: no lane */
};

enum ft_rail_end {
    FT_RAIL_RUNS,    /* ● */
    FT_RAIL_WAITS,   /* ○ */
    FT_RAIL_GONE,    /* ✗ */
    FT_RAIL_UNKNOWN, /* ? */
    FT_RAIL_NOTHING,
};

enum ft_rail_line {
    FT_RAIL_NONE,
    FT_RAIL_TWO_PATHS,
    FT_RAIL_ONE_PATH,
    FT_RAIL_DOTS, /* no copy that could take over */
};

struct ft_rail {
    int from, to; /* columns of ft_rails: where it runs, its other host; -1 */
    enum ft_rail_end from_end, to_end;
    enum ft_rail_line line;
    bool at_risk; /* a mark in the middle of the line */
    bool arrived; /* the arrow points to where it runs: it came over */
};

/*
 * Columns for count hosts between left and right, at least 7 apart; false when
 * there is no room for so many.
 */
bool ft_rails_place(struct ft_rails *rails, int count, int left, int right);

/* Draws lanes and the VM's line in row y; rail NULL: lanes only. */
void ft_rails_draw(const struct ft_rails *rails, const struct ft_rail *rail,
                   struct ft_grid *grid, int y);

/* The same line without lanes, 7 columns from x on: for the pair form. */
void ft_rail_draw_short(const struct ft_rail *rail, struct ft_grid *grid, int x,
                        int y);

#endif
