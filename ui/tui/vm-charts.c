/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/vm-charts.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/axis.h"
#include "ui/tui/figure.h"

#define CHART_X 38   /* charts begin here */
#define CHART_END 13 /* and end so far from the right */

static const struct {
    const char *title, *metric, *unit;
} charts[] = {
    { "pause", "pause_ms", "ms" },
    { "lag", "lag_ms", "ms" },
    { "commit", "commit_ms", "ms" },
    { "dirty/epoch", "dirty_bytes", "B" },
    { "held output", "held_packets", "1" },
    { "link, 1 s", "link_bytes", "B" },
    { "round trip", "rtt_ms", "ms" },
    { "apply", "apply_ms", "ms" },
};

static float
newest(const struct ft_history *h)
{
    return h->count ? h->values[h->count - 1] : -1;
}

static float
largest(const struct ft_history *h)
{
    float most = -1;

    for (unsigned i = 0; i < h->count; i++)
        most = FT_MAX(most, h->values[i]);
    return most;
}

static void
draw_chart(size_t i, const struct ft_history *h, struct ft_grid *grid, int y)
{
    char now[FT_FIGURE], usual[FT_FIGURE], most[FT_FIGURE];
    int x = CHART_X, end = grid->width - CHART_END;

    ft_figure_short(newest(h), charts[i].unit, now);
    ft_figure_short(largest(h), charts[i].unit, most);
    ft_figure_range(h->usual_low, h->usual_high, charts[i].unit, usual);
    ft_grid_text(grid, 1, y, 12, FT_LOOK_PLAIN, charts[i].title);
    ft_grid_right(grid, 12, y, 9, FT_LOOK_TITLE, now);
    ft_grid_right(grid, 22, y, 14, FT_LOOK_PLAIN, usual);
    ft_chart_draw(h, grid, x, y, end - x);
    ft_grid_right(grid, end, y, 12, FT_LOOK_PLAIN, most);
}

static void
draw_chart_heads(const struct ft_console *console, const struct ft_page *page,
                 struct ft_grid *grid, int y)
{
    int64_t until = console->picture->wall_ms;
    char span_text[FT_FIGURE], clock[16];

    ft_figure_age(page->window_s, span_text);
    ft_grid_print(grid, 1, y, FT_LOOK_TITLE,
                  console->past ? "%s before" : "last %s", span_text);
    ft_grid_right(grid, 12, y, 9, FT_LOOK_TITLE, console->past ? "then" : "now");
    ft_grid_right(grid, 23, y, 13, FT_LOOK_TITLE, "usual");
    ft_axis_clock(until - (int64_t)(page->window_s * 1000), page->window_s,
                  clock);
    ft_grid_print(grid, CHART_X, y, FT_LOOK_HINT, "%s", clock);
    ft_axis_clock(until, page->window_s, clock);
    ft_grid_right(grid, CHART_X, y, grid->width - CHART_END - CHART_X,
                  FT_LOOK_HINT, clock);
    ft_grid_right(grid, grid->width - CHART_END, y, 12, FT_LOOK_TITLE, "max");
}

/* Its events under the very columns of the charts that they explain. */
static void
draw_events(const struct ft_console *console, const struct ft_page *page,
            const json_t *row, unsigned points, struct ft_grid *grid, int y)
{
    struct ft_axis axis = { console->picture->wall_ms, page->window_s, points,
                            CHART_X, grid->width - CHART_END - CHART_X };
    const json_t *newest = ft_axis_draw(&axis, console->picture, row, grid, y);
    char text[64];

    ft_grid_print(grid, 1, y, FT_LOOK_TITLE, "events");
    if (newest) {
        snprintf(text, sizeof(text), "%.5s  %.18s",
                 ft_json_string(newest, "time", "?"),
                 ft_json_string(newest, "kind", ""));
        ft_grid_text(grid, 14, y, CHART_X - 16, FT_LOOK_PLAIN, text);
    }
    ft_grid_right(grid, grid->width - CHART_END, y, 12, FT_LOOK_HINT,
                  console->past ? "" : "now");
}

void
ft_vm_charts_draw(const struct ft_console *console, const struct ft_page *page,
                  const json_t *row, struct ft_grid *grid, int y, int end)
{
    const struct ft_picture *picture = console->picture;
    struct ft_history history = { .count = 0 };

    ft_grid_rule(grid, y++, NULL);
    draw_chart_heads(console, page, grid, y++);
    for (size_t i = 0; i < FT_ARRAY_SIZE(charts) && y < end - 1; i++)
        if (picture->history &&
            picture->history(picture->data, ft_json_string(row, "pair", ""),
                             charts[i].metric, picture->wall_ms, page->window_s,
                             &history))
            draw_chart(i, &history, grid, y++);
    draw_events(console, page, row, history.count, grid, y);
}
