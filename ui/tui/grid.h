/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen as a grid of cells, before any terminal: views draw into it, and
 * a backend (curses, text) shows it. Pure.
 *
 * A cell has one character with what combines with it, and its meaning. What
 * is drawn outside is cut off; a wide character that does not fit whole is a
 * blank. Text from hosts and guests is never trusted: control characters and
 * bad bytes are drawn as escapes ("\x1b").
 *
 * Ownership: ft_grid_close frees the cells. Threads: plain data of the caller.
 * Widths follow wcwidth(3) of the locale in force.
 */
#ifndef FT_UI_TUI_GRID_H
#define FT_UI_TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/tui/look.h"

#define FT_GRID_WIDTH_MAX 500
#define FT_GRID_HEIGHT_MAX 200
#define FT_CELL_BYTES 20 /* UTF-8 of one character and its marks, with NUL */

struct ft_grid_cell {
    char text[FT_CELL_BYTES]; /* "" is a blank */
    uint8_t look;             /* enum ft_look */
    bool selected;
    bool continued; /* the right half of the character before */
};

struct ft_grid {
    int width, height;
    struct ft_grid_cell *cells;
    int cursor_x, cursor_y; /* where the terminal's cursor stands; -1: hidden */
    bool utf8;              /* else every character is ASCII */
};

/* A blank grid; sizes are brought into 1 to the maxima. 0 or -ENOMEM. */
int ft_grid_open(struct ft_grid *grid, int width, int height, bool utf8);
void ft_grid_close(struct ft_grid *grid);

/* Blank again, cursor hidden. */
void ft_grid_wipe(struct ft_grid *grid);

/* The cell, or NULL outside. */
struct ft_grid_cell *ft_grid_at(const struct ft_grid *grid, int x, int y);

/*
 * Draws text from column x on, over at most width columns. Returns the column
 * after it, as if nothing had been cut off by the grid's right edge.
 */
int ft_grid_text(struct ft_grid *grid, int x, int y, int width,
                 enum ft_look look, const char *text);

/* The same with a format and up to the right edge; at most 1023 bytes. */
int ft_grid_print(struct ft_grid *grid, int x, int y, enum ft_look look,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Ends in column x + width - 1; what does not fit is cut off at its left. */
void ft_grid_right(struct ft_grid *grid, int x, int y, int width,
                   enum ft_look look, const char *text);

/* As ft_grid_text, but a text that is too long ends in "…" (ASCII: "~"). */
int ft_grid_clip(struct ft_grid *grid, int x, int y, int width,
                 enum ft_look look, const char *text);

/*
 * As ft_grid_text, but a text that is too long is cut in its middle, where
 * "…" (ASCII: "~") stands: ends of names differ as often as beginnings.
 */
int ft_grid_name(struct ft_grid *grid, int x, int y, int width,
                 enum ft_look look, const char *text);

/*
 * Text over several rows, broken at blanks, from column x on and above row end.
 * Returns the row after it.
 */
int ft_grid_wrapped(struct ft_grid *grid, int x, int y, int end,
                    const char *text);

/* width times the character. */
void ft_grid_fill(struct ft_grid *grid, int x, int y, int width,
                  enum ft_look look, const char *character);

/* A line over the whole width, and the same with a title in it. */
void ft_grid_rule(struct ft_grid *grid, int y, const char *title);

/*
 * Clears the last rows of the screen for something that is asked, below a rule
 * with this title; returns the first row below that.
 */
int ft_grid_room(struct ft_grid *grid, int rows, const char *title);

/* Its text, rows ending with newlines, without blanks at their ends (malloc). */
char *ft_grid_dump(const struct ft_grid *grid);

/* The row is the selected one; its cursor stands in column x. */
void ft_grid_select(struct ft_grid *grid, int x, int y);

#endif
