/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time axis of a page: a row of dots on which events are marks. A mark
 * stands in the very column in which ft_chart_draw has the sample of that time,
 * when both have the same place, width and points. Pure.
 */
#ifndef FT_UI_TUI_AXIS_H
#define FT_UI_TUI_AXIS_H

#include <stdint.h>

#include <jansson.h>

#include "ui/model/picture.h"
#include "ui/tui/grid.h"

struct ft_axis {
    int64_t until_ms; /* its right end, since 1970 */
    double seconds;   /* how long it is */
    unsigned points;  /* of the charts; 0: none to agree with */
    int x, width;     /* columns */
};

/* The column (from 0) of a time; -1: it is not on the axis. */
int ft_axis_column(const struct ft_axis *axis, int64_t at_ms);

/*
 * Dots, and a mark for the worst event of each column: all of them, or those
 * of one pair (a row). Returns the newest of these events, or NULL. Borrowed.
 */
const json_t *ft_axis_draw(const struct ft_axis *axis,
                           const struct ft_picture *picture, const json_t *pair,
                           struct ft_grid *grid, int y);

/* "03:12", or "28 Nov" when the axis is longer than a day; in UTC. */
void ft_axis_clock(int64_t at_ms, double seconds, char out[16]);

#endif
