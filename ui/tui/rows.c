/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/rows.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/model/cell.h"
#include "ui/text/table.h"
#include "ui/text/text.h"
#include "ui/tui/state.h"

#define COLUMNS_MAX 24
#define MEASURED_MOST 500 /* rows */
#define APART 2           /* columns */
#define LAST_LEAST 14     /* as wide as the last column is to be at least */
#define NARROW_LEAST 11   /* as narrow as others are cut for it */

struct widths {
    int at[COLUMNS_MAX], width[COLUMNS_MAX];
};

static bool
is_number(enum ft_column_kind kind)
{
    return kind != FT_COLUMN_TEXT && kind != FT_COLUMN_SEVERITY &&
           kind != FT_COLUMN_VERDICT && kind != FT_COLUMN_YESNO;
}

/* As wide as the widest cell, in columns. */
static int
widest(const struct ft_column *column, const json_t *rows, bool utf8)
{
    int wide = (int)strlen(column->title);
    const json_t *row;
    size_t index;

    json_array_foreach(rows, index, row) {
        char text[512];

        if (index > MEASURED_MOST)
            break;
        ft_column_text(column, row, true, utf8, text, sizeof(text));
        wide = FT_MAX(wide, (int)ft_text_width(text));
    }
    return wide;
}

/* The widest of the texts before the last column; that itself: none can give. */
static size_t
who_can_give(const struct ft_columns *columns, const struct widths *w,
             size_t last)
{
    size_t found = last;

    for (size_t c = 0; c < last; c++)
        if (columns->list[c].kind == FT_COLUMN_TEXT &&
            w->width[c] > NARROW_LEAST &&
            (found == last || w->width[c] > w->width[found]))
            found = c;
    return found;
}

static int
all_can_give(const struct ft_columns *columns, const struct widths *w,
             size_t last)
{
    int sum = 0;

    for (size_t c = 0; c < last; c++)
        if (columns->list[c].kind == FT_COLUMN_TEXT)
            sum += FT_MAX(w->width[c] - NARROW_LEAST, 0);
    return sum;
}

/*
 * The last column says why: where it would hardly be there others are cut, and
 * where that is not enough the one before it goes.
 */
static void
make_room_for_last(const struct ft_columns *columns, size_t count, int room,
                   struct widths *w)
{
    size_t last = count - 1, from;
    int wanted = FT_MIN(w->width[last], LAST_LEAST);

    for (size_t c = 0; c < last; c++)
        room -= w->width[c] + APART;
    if (last > 2 && room + all_can_give(columns, w, last) < wanted) {
        room += w->width[last - 1] + APART;
        w->width[last - 1] = 0;
    }
    while (room < wanted && (from = who_can_give(columns, w, last)) != last) {
        w->width[from]--;
        room++;
    }
}

/* The last one that is a text takes what is left. */
static void
measure(const struct ft_columns *columns, const json_t *rows, int width,
        bool utf8, struct widths *w)
{
    size_t count = FT_MIN(columns->count, (size_t)COLUMNS_MAX);
    int x = 1;

    memset(w, 0, sizeof(*w));
    for (size_t c = 0; c < count; c++)
        w->width[c] = widest(&columns->list[c], rows, utf8);
    if (count && columns->list[count - 1].kind == FT_COLUMN_TEXT)
        make_room_for_last(columns, count, width - x, w);
    for (size_t c = 0; c < count; c++) {
        int wide = w->width[c];

        w->at[c] = x;
        w->width[c] = x >= width ? 0 : FT_MIN(wide, width - x);
        x += wide ? wide + APART : 0;
    }
}

static void
draw_cell(const struct ft_column *column, const json_t *row,
          struct ft_grid *grid, int x, int y, int width)
{
    enum ft_look look = FT_LOOK_PLAIN;
    char text[1024];

    ft_column_text(column, row, true, grid->utf8, text, sizeof(text));
    if (column->kind == FT_COLUMN_SEVERITY ||
        column->kind == FT_COLUMN_VERDICT) {
        struct ft_cell cell;

        ft_cell_read(column, row, &cell);
        look = ft_look_of_severity(cell.severity);
        if (!cell.text || !strcmp(cell.text, "info"))
            look = FT_LOOK_PLAIN;
    }
    if (is_number(column->kind))
        ft_grid_right(grid, x, y, width, look, text);
    else if (x + width >= grid->width - 1) /* the last: its end is least */
        ft_grid_text(grid, x, y, width, look, text);
    else
        ft_grid_name(grid, x, y, width, look, text);
}

void
ft_rows_draw(struct ft_page *page, const struct ft_columns *columns,
             struct ft_grid *grid, int y, int end)
{
    size_t count = json_array_size(page->rows);
    size_t lines = (size_t)FT_MAX(end - y - 1, 1);
    struct widths w;
    char below[64];

    measure(columns, page->rows, grid->width - 1, grid->utf8, &w);
    for (size_t c = 0; c < columns->count; c++) {
        if (!w.width[c])
            continue;
        if (is_number(columns->list[c].kind))
            ft_grid_right(grid, w.at[c], y, w.width[c], FT_LOOK_TITLE,
                          columns->list[c].title);
        else
            ft_grid_text(grid, w.at[c], y, w.width[c], FT_LOOK_TITLE,
                         columns->list[c].title);
    }
    if (page->list.position < page->list.top)
        page->list.top = page->list.position;
    if (page->list.position >= page->list.top + lines)
        page->list.top = page->list.position - lines + 1;
    for (size_t i = page->list.top; i < count && ++y < end; i++) {
        const json_t *row = json_array_get(page->rows, i);
        bool selected = i == page->list.position;

        if (selected)
            ft_grid_select(grid, 0, y);
        ft_grid_text(grid, 0, y, 1, FT_LOOK_PLAIN, selected ? ">" : " ");
        for (size_t c = 0; c < columns->count; c++)
            if (w.width[c])
                draw_cell(&columns->list[c], row, grid, w.at[c], y, w.width[c]);
    }
    if (page->list.top + lines < count) {
        snprintf(below, sizeof(below), " %zu more below ",
                 count - page->list.top - lines);
        ft_grid_right(grid, 0, end, grid->width - 2, FT_LOOK_HINT, below);
    }
}
