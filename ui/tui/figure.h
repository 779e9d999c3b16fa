/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures of fixed width, and small charts. What is not known is "-", never 0.
 * Pure.
 */
#ifndef FT_UI_TUI_FIGURE_H
#define FT_UI_TUI_FIGURE_H

#include <jansson.h>

#include "ui/tui/grid.h"
#include "ui/model/picture.h"

#define FT_FIGURE 24 /* bytes with NUL */

/* "6.3 ms", "31 ms", "4.2 s", "99 s": at most 7 columns. Negative: "-". */
void ft_figure_ms(double ms, char out[FT_FIGURE]);

/* By a metric's unit ("ms", "B", "1"). */
void ft_figure(double value, const char *unit, char out[FT_FIGURE]);

/*
 * The same in at most 7 columns, up to 999 of the largest unit: "429 KiB",
 * "9.6 MiB"; and a range with one unit, in 14: "287 to 574 KiB", "0.8 to 1.2 s".
 */
void ft_figure_short(double value, const char *unit, char out[FT_FIGURE]);
void ft_figure_range(double low, double high, const char *unit,
                     char out[FT_FIGURE]);

/* More than anything measured; sums of such are numbers, and fit into an int64_t. */
#define FT_FIGURE_MAX 1e15

/* Of a member with dots, FT_FIGURE_MAX at most; negative when it is not there. */
double ft_figure_of(const json_t *row, const char *path);

/*
 * The newest points over width columns, from 0 to the largest; a column
 * without points is blank.
 */
void ft_chart_draw(const struct ft_history *history, struct ft_grid *grid,
                   int x, int y, int width);

/* A bar over width columns, filled by share (0 to 1). */
void ft_bar_draw(double share, struct ft_grid *grid, int x, int y, int width);

/* "now", "12 s", "3 min" after a time of wall clock. */
void ft_figure_age(double seconds, char out[FT_FIGURE]);

#endif
