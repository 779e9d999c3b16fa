/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Overview: every VM is one line across its hosts (rails.h), trouble first
 * and with its reason below; and what the loss of a host would mean.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/columns.h"
#include "ui/model/standing.h"
#include "ui/tui/axis.h"
#include "ui/tui/below.h"
#include "ui/tui/deeds.h"
#include "ui/tui/figure.h"
#include "ui/tui/loss.h"
#include "ui/tui/overview-line.h"
#include "ui/tui/pages.h"
#include "ui/tui/state.h"
#include "ui/tui/view.h"

#define BELOW_LEAST 3 /* the rule, since you left, the time axis */
#define BELOW_MOST 8  /* with all of what a loss would mean */

/* ---- rows ---- */

static json_t *
rows(const struct ft_console *console, const struct ft_page *page)
{
    json_t *all = json_copy(console->picture->pairs);
    const json_t *vm;
    size_t index;

    (void)page;
    json_array_foreach(console->picture->vms, index, vm)
        if (!strcmp(ft_json_string(vm, "protection", ""), "none"))
            json_array_append(all, (json_t *)(uintptr_t)vm);
    return all;
}

static int
rank(const json_t *row, const char **name)
{
    *name = ft_json_string(row, "vm", "");
    return ft_vm_line_rank(row);
}

/* ---- the frame's part ---- */

/* VMs in no pair, and which hosts answered us, are not kept. */
static void
where_then(const struct ft_totals *s, char *out, size_t size)
{
    int used =
        snprintf(out, size, "%zu of %zu pairs protected", s->well, s->pairs);

    if (s->at_risk && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, "  %zu at risk",
                         s->at_risk);
    if ((size_t)used < size)
        used +=
            snprintf(out + used, size - (size_t)used, "  %zu alone", s->alone);
    if (s->copying && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, "  %zu copying",
                         s->copying);
    if (s->failed + s->unprotected && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, "  %zu FAILED",
                         s->failed + s->unprotected);
    if (s->unknown && (size_t)used < size)
        snprintf(out + used, size - (size_t)used, "  %zu unknown", s->unknown);
}

static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const struct ft_totals *s = &console->picture->totals;
    int used;

    if (console->past) {
        where_then(s, out, size);
        return;
    }
    used = snprintf(out, size, "%zu protected  %zu at risk  %zu alone  ",
                    s->well, s->at_risk, s->alone);
    if (s->copying && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, "%zu copying  ",
                         s->copying);
    if (s->failed + s->unprotected && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, "%zu FAILED  ",
                         s->failed + s->unprotected);
    if (s->unknown && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, "%zu unknown  ",
                         s->unknown);
    if ((size_t)used < size)
        used += snprintf(out + used, size - (size_t)used,
                         "%zu none   %zu/%zu hosts", console->picture->none,
                         s->answering, s->hosts);
    if (page->filter[0] && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, "  filter: %.40s",
                         page->filter);
    if (page->problems && (size_t)used < size)
        snprintf(out + used, size - (size_t)used, "  problems only");
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    const json_t *row = ft_console_row(console);

    (void)page;
    if (!row || console->past) /* no command shows how it was */
        return;
    ft_words_add(words, ft_vm_line_is_pair(row) ? "status" : "protect");
    ft_words_add(words, ft_row_name(row));
}

static void
open_row(struct ft_console *console, const json_t *row)
{
    if (ft_vm_line_is_pair(row))
        ft_console_push(console, FT_VIEW_VM, ft_vm_line_identity(row));
    else
        ft_console_say(console, FT_SEVERITY_OK, "p protects %s",
                       ft_row_name(row));
}

/* ---- drawing: the list ---- */

static int
height_of(const json_t *row)
{
    return ft_vm_line_is_calm(row) ? 1 : 2;
}

/* The first row that is shown, so that the selected one is. */
static size_t
first_shown(const struct ft_page *page, int lines)
{
    size_t least = FT_MIN(page->list.top, page->list.position);
    size_t top = page->list.position;
    int used = height_of(json_array_get(page->rows, top));

    while (top > least) {
        used += height_of(json_array_get(page->rows, top - 1));
        if (used > lines)
            break;
        top--;
    }
    return top;
}

/* What is below the last line, in words. */
static void
draw_below(struct ft_page *page, size_t from, struct ft_grid *grid, int y)
{
    size_t count = json_array_size(page->rows);
    const struct ft_below *below = ft_below_of(page);
    const struct ft_below_row *rest = below ? &below->rows[from] : NULL;

    if (rest && rest->troubled < count)
        ft_grid_print(grid, 1, y, FT_LOOK_WARN,
                      "%zu more below, %zu of them not well: %s first",
                      count - from, count - from - rest->calm,
                      ft_row_name(json_array_get(page->rows, rest->troubled)));
    else if (rest)
        ft_grid_print(grid, 1, y, FT_LOOK_HINT,
                      "%zu more below: all well, lag at most %.0f ms",
                      count - from, (double)rest->lag_ms);
}

static void
draw_list(struct ft_console *console, struct ft_page *page,
          const struct ft_vm_line_plan *plan, struct ft_grid *grid, int y,
          int end)
{
    size_t count = json_array_size(page->rows), i;
    size_t top = page->list.top = first_shown(page, end - y - 1);

    if (!count) {
        ft_grid_print(grid, 1, y, FT_LOOK_HINT,
                      json_array_size(console->picture->hosts)
                          ? "no VM to be shown here"
                          : "no host is known yet: A adds some, or  :host add "
                            "HOST...");
        return;
    }
    for (i = top; i < count; i++) {
        const json_t *row = json_array_get(page->rows, i);
        bool last = i + 1 == count;
        int rows_left = end - y - (last ? 0 : 1);

        if (height_of(row) > rows_left && i > top)
            break;
        ft_vm_line_draw(console, page, plan, row, grid, y++);
        if (height_of(row) > 1 && y < end)
            ft_vm_line_draw_reason(console, plan, row, grid, y++);
    }
    if (i < count)
        draw_below(page, i, grid, end - 1);
}

/* ---- drawing: the whole ---- */

static void
draw_legend(const struct ft_page *page, struct ft_grid *grid, int y)
{
    size_t shown = json_array_size(page->rows);
    char count[48];

    ft_grid_print(grid, 1, y, FT_LOOK_HINT, "%s",
                  grid->utf8 ? "\u25cf runs here   \u25cb copy waits   "
                               "\u2550\u2550 two paths   \u2500\u2500 one path"
                             : "R runs here  C copy waits  == two paths  -- one "
                               "path");
    snprintf(count, sizeof(count), "%zu of %zu shown", shown, shown);
    ft_grid_right(grid, 0, y, grid->width - 1, FT_LOOK_HINT, count);
}

/* Of what the figures of the past are: the coarsest of them. */
static void
draw_past_legend(const struct ft_page *page, struct ft_grid *grid, int y)
{
    double of_s = 0;
    const json_t *row;
    size_t index;

    json_array_foreach(page->rows, index, row)
        of_s = FT_MAX(of_s, ft_figure_of(row, "measured_s"));
    ft_grid_print(grid, 1, y, FT_LOOK_HINT,
                  "Figures: %s. VMs in no pair are not kept.",
                  of_s >= 3600 ? "medians of that hour"
                  : of_s >= 60 ? "medians of that minute"
                  : of_s > 0   ? "means of that second"
                               : "none");
}

/* "02:57 ····▲···· 03:12 now" */
static void
draw_time(const struct ft_console *console, const struct ft_page *page,
          struct ft_grid *grid, int y)
{
    const struct ft_picture *p = console->picture;
    struct ft_axis axis = { .until_ms = p->wall_ms, .seconds = page->window_s };
    int64_t from = p->wall_ms - (int64_t)(page->window_s * 1000);
    char begin[16], end[16];

    ft_axis_clock(from, page->window_s, begin);
    ft_axis_clock(p->wall_ms, page->window_s, end);
    axis.x = ft_grid_print(grid, 1, y, FT_LOOK_HINT, "%s", begin) + 1;
    axis.width =
        grid->width - axis.x - (int)strlen(end) - (console->past ? 2 : 6);
    ft_axis_draw(&axis, p, NULL, grid, y);
    ft_grid_print(grid, axis.x + axis.width + 1, y, FT_LOOK_HINT, "%s%s", end,
                  console->past ? "" : " now");
}

static void
draw_below_rule(struct ft_console *console, struct ft_page *page,
                struct ft_grid *grid, int y, int end)
{
    bool since = !console->past && *console->left_at && end - y > 1;

    ft_grid_rule(grid, y++, NULL);
    draw_time(console, page, grid, --end);
    if (since)
        ft_since_draw(console, grid, --end);
    if (console->past)
        ft_before_draw(console, NULL, grid, y, end);
    else if (end - y > 1)
        ft_loss_draw(console, page, grid, y, end);
}

/* How many rows are below the list: what it does not need, within reason. */
static int
rows_below(const struct ft_page *page, int rows)
{
    int needed = 0;
    const json_t *row;
    size_t index;

    if (rows < 12)
        return 0;
    json_array_foreach(page->rows, index, row) {
        needed = FT_MIN(needed + height_of(row), rows);
        if (needed == rows)
            break;
    }
    return FT_MIN(FT_MAX(rows - needed, BELOW_LEAST), BELOW_MOST);
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    int legend = area.bottom - area.top >= 10 ? 1 : 0;
    int plug = legend && !console->past ? 1 : 0, y = area.top + 1 + plug;
    int below = rows_below(page, area.bottom - y - legend);
    int end = area.bottom - below - legend;
    struct ft_vm_line_plan plan;

    ft_vm_line_place(console, page, grid->width, &plan);
    ft_vm_line_draw_heads(console, page, &plan, grid, area.top);
    if (plug)
        ft_plug_draw(console, &plan, grid, area.top + 1);
    draw_list(console, page, &plan, grid, y, end);
    if (legend)
        (console->past ? draw_past_legend : draw_legend)(page, grid, end);
    if (below)
        draw_below_rule(console, page, grid, end + 1, area.bottom);
}

const struct ft_view ft_view_overview = {
    .id = FT_VIEW_OVERVIEW,
    .name = "Overview",
    .scope = FT_SCOPE_OVERVIEW,
    .where = where,
    .rows = rows,
    .identity = ft_vm_line_identity,
    .rank = rank,
    .columns = &ft_pair_columns,
    .draw = draw,
    .open = open_row,
    .twin = twin,
};
