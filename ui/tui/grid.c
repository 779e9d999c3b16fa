/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/grid.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/text/text.h"

/* What can be drawn as one: a character, or an escape in its place. */
struct glyph {
    char text[FT_TEXT_GLYPH];
    int columns; /* 0: combines with the one before */
};

int
ft_grid_open(struct ft_grid *grid, int width, int height, bool utf8)
{
    memset(grid, 0, sizeof(*grid));
    grid->width = FT_MAX(1, FT_MIN(width, FT_GRID_WIDTH_MAX));
    grid->height = FT_MAX(1, FT_MIN(height, FT_GRID_HEIGHT_MAX));
    grid->utf8 = utf8;
    grid->cells = calloc((size_t)grid->width * (size_t)grid->height,
                         sizeof(*grid->cells));
    grid->cursor_x = grid->cursor_y = -1;
    return grid->cells ? 0 : -ENOMEM;
}

void
ft_grid_close(struct ft_grid *grid)
{
    free(grid->cells);
    memset(grid, 0, sizeof(*grid));
}

void
ft_grid_wipe(struct ft_grid *grid)
{
    memset(grid->cells, 0,
           (size_t)grid->width * (size_t)grid->height * sizeof(*grid->cells));
    grid->cursor_x = grid->cursor_y = -1;
}

struct ft_grid_cell *
ft_grid_at(const struct ft_grid *grid, int x, int y)
{
    if (x < 0 || y < 0 || x >= grid->width || y >= grid->height)
        return NULL;
    return &grid->cells[y * grid->width + x];
}

/*
 * A cell inside the grid that loses its character takes the other half of a
 * wide one along.
 */
static void
clear_cell(struct ft_grid *grid, int x, int y)
{
    struct ft_grid_cell *cell = &grid->cells[y * grid->width + x];

    if (cell->continued)
        cell[-1].text[0] = '\0';
    if (x + 1 < grid->width && cell[1].continued)
        cell[1].continued = false;
    cell->text[0] = '\0';
    cell->continued = false;
}

static void
put(struct ft_grid *grid, int x, int y, enum ft_look look, const char *text,
    int columns)
{
    struct ft_grid_cell *cell = ft_grid_at(grid, x, y);
    struct ft_grid_cell *half = NULL;

    if (!cell)
        return;
    clear_cell(grid, x, y);
    cell->look = look;
    if (columns == 2) {
        half = ft_grid_at(grid, x + 1, y);
        if (!half)
            return; /* half a character is none */
        clear_cell(grid, x + 1, y);
        half->look = look;
        half->continued = true;
    }
    if (strcmp(text, " ") != 0 && strlen(text) < sizeof(cell->text))
        strcpy(cell->text, text);
}

static void
combine(struct ft_grid *grid, int x, int y, const char *mark)
{
    struct ft_grid_cell *cell = ft_grid_at(grid, x, y);

    if (cell && cell->continued)
        cell = ft_grid_at(grid, x - 1, y);
    if (!cell || strlen(cell->text) + strlen(mark) >= sizeof(cell->text))
        return;
    if (!*cell->text)
        strcpy(cell->text, " ");
    strcat(cell->text, mark);
}

/* Takes the next glyph of text; returns how many bytes it was, 0 at the end. */
static int
next_glyph(const char *text, bool utf8, struct glyph *glyph)
{
    return ft_text_next(text, utf8, glyph->text, &glyph->columns);
}

static bool
is_escape(const struct glyph *glyph)
{
    return glyph->columns > 2;
}

static int
put_glyph(struct ft_grid *grid, int x, int y, enum ft_look look,
          const struct glyph *glyph)
{
    char one[2] = { 0 };

    if (glyph->columns == 0)
        combine(grid, x - 1, y, glyph->text);
    else if (!is_escape(glyph))
        put(grid, x, y, look, glyph->text, glyph->columns);
    for (int i = 0; is_escape(glyph) && i < glyph->columns; i++) {
        one[0] = glyph->text[i];
        put(grid, x + i, y, look, one, 1);
    }
    return x + glyph->columns;
}

int
ft_grid_text(struct ft_grid *grid, int x, int y, int width, enum ft_look look,
             const char *text)
{
    struct glyph glyph;
    int end = x + width, size;

    while ((size = next_glyph(text, grid->utf8, &glyph))) {
        if (x + glyph.columns > end)
            break;
        x = put_glyph(grid, x, y, look, &glyph);
        text += size;
    }
    return x;
}

int
ft_grid_print(struct ft_grid *grid, int x, int y, enum ft_look look,
              const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return ft_grid_text(grid, x, y, FT_MAX(grid->width - x, 0), look, text);
}

/* Columns that text takes in this grid. */
static int
width_of(const struct ft_grid *grid, const char *text)
{
    struct glyph glyph;
    int columns = 0, size;

    while ((size = next_glyph(text, grid->utf8, &glyph))) {
        columns += glyph.columns;
        text += size;
    }
    return columns;
}

/* The first byte from which on text takes at most width columns. */
static const char *
tail_of(const struct ft_grid *grid, const char *text, int width)
{
    int columns = width_of(grid, text), size;
    struct glyph glyph;

    while (columns > width && (size = next_glyph(text, grid->utf8, &glyph))) {
        columns -= glyph.columns;
        text += size;
    }
    return text;
}

void
ft_grid_right(struct ft_grid *grid, int x, int y, int width, enum ft_look look,
              const char *text)
{
    const char *tail = tail_of(grid, text, width);

    ft_grid_text(grid, x + width - width_of(grid, tail), y, width, look, tail);
}

int
ft_grid_name(struct ft_grid *grid, int x, int y, int width, enum ft_look look,
             const char *text)
{
    const char *tail;
    int left = width / 2;

    if (width < 3 || width_of(grid, text) <= width)
        return ft_grid_text(grid, x, y, width, look, text);
    tail = tail_of(grid, text, width - left - 1);
    ft_grid_text(grid, x, y, left, look, text);
    ft_grid_text(grid, x + left, y, 1, look, grid->utf8 ? "\u2026" : "~");
    ft_grid_text(grid, x + left + 1, y, width - left - 1, look, tail);
    return x + width;
}

int
ft_grid_clip(struct ft_grid *grid, int x, int y, int width, enum ft_look look,
             const char *text)
{
    if (width < 1 || width_of(grid, text) <= width)
        return ft_grid_text(grid, x, y, width, look, text);
    ft_grid_text(grid, x, y, width - 1, look, text);
    ft_grid_text(grid, x + width - 1, y, 1, look, grid->utf8 ? "\u2026" : "~");
    return x + width;
}

int
ft_grid_wrapped(struct ft_grid *grid, int x, int y, int end, const char *text)
{
    int room = FT_MAX(grid->width - x - 1, 1);

    while (*text && y < end) {
        int take = (int)ft_text_fold(text, (size_t)room);

        ft_grid_print(grid, x, y++, FT_LOOK_PLAIN, "%.*s", take, text);
        text += take;
        text += strspn(text, " ");
    }
    return y;
}

void
ft_grid_fill(struct ft_grid *grid, int x, int y, int width, enum ft_look look,
             const char *character)
{
    for (int i = 0; i < width; i++)
        ft_grid_text(grid, x + i, y, 1, look, character);
}

void
ft_grid_rule(struct ft_grid *grid, int y, const char *title)
{
    ft_grid_fill(grid, 0, y, grid->width, FT_LOOK_RULE,
                 grid->utf8 ? "\u2500" : "-");
    if (title && *title)
        ft_grid_print(grid, 2, y, FT_LOOK_TITLE, " %s ", title);
}

int
ft_grid_room(struct ft_grid *grid, int rows, const char *title)
{
    int top = FT_MAX(grid->height - rows, 0);

    for (int y = top; y < grid->height; y++)
        ft_grid_fill(grid, 0, y, grid->width, FT_LOOK_PLAIN, " ");
    for (int y = top; y < grid->height; y++)
        for (int x = 0; x < grid->width; x++) {
            struct ft_grid_cell *cell = ft_grid_at(grid, x, y);

            if (cell)
                cell->selected = false;
        }
    ft_grid_rule(grid, top, title);
    return top + 1;
}

void
ft_grid_select(struct ft_grid *grid, int x, int y)
{
    for (int i = 0; i < grid->width; i++) {
        struct ft_grid_cell *cell = ft_grid_at(grid, i, y);

        if (cell)
            cell->selected = true;
    }
    grid->cursor_x = FT_MIN(x, grid->width - 1);
    grid->cursor_y = FT_MIN(y, grid->height - 1);
}
