/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A grid on a real terminal, by ncursesw, and the keys that come from there.
 *
 * Ownership: one screen a process, released by ft_screen_close. Threads: one,
 * the console's. The terminal must be guarded (terminal.h) before.
 * Source: ncurses(3X); keys that a terminal sends unasked are dropped.
 */
#ifndef FT_UI_TUI_SCREEN_H
#define FT_UI_TUI_SCREEN_H

#include <stdbool.h>

#include "base/error.h"
#include "ui/tui/grid.h"
#include "ui/tui/key.h"

struct ft_screen;

struct ft_screen_options {
    int in, out;      /* descriptors of the terminal */
    const char *type; /* TERM */
    bool mono;        /* no colours, whatever the terminal has */
};

/*
 * The type that is used for TERM: itself, or that of a relative where it is not
 * known here; NULL when no full screen can be had of it.
 */
const char *ft_screen_type(const char *term);

/* -ENOTTY: nothing that a full screen can be drawn on. */
int ft_screen_open(const struct ft_screen_options *options,
                   struct ft_screen **screen, struct ft_error *err);
void ft_screen_close(struct ft_screen *screen);

/* Shows the grid; all: repaints also what should be there already. */
void ft_screen_show(struct ft_screen *screen, const struct ft_grid *grid,
                    bool all);

/* To the new size, before a grid of that size is shown. */
void ft_screen_resize(struct ft_screen *screen, int width, int height);

/*
 * The next key, without waiting: 1, 0 none, -EPIPE the terminal is gone.
 * Something to read is told by poll(2) on options.in.
 */
int ft_screen_key(struct ft_screen *screen, struct ft_key *key);

/* Leaves the screen for a shell or a stop, and comes back to it. */
void ft_screen_leave(struct ft_screen *screen);
void ft_screen_return(struct ft_screen *screen);

/* Writes an escape sequence of its own (OSC 52) to the terminal. */
void ft_screen_send(struct ft_screen *screen, const char *sequence);

#endif
