/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line that is typed: text, cursor, and the editing keys of a shell. Pure.
 * Threads: plain data of the caller.
 */
#ifndef FT_UI_TUI_ENTRY_H
#define FT_UI_TUI_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/tui/grid.h"
#include "ui/tui/key.h"

#define FT_ENTRY_MAX 1024 /* bytes with NUL */

struct ft_entry {
    char text[FT_ENTRY_MAX]; /* UTF-8, always whole characters */
    size_t length;           /* bytes */
    size_t cursor;           /* byte, at a character's border */
    bool typed_only;         /* takes no paste */
};

void ft_entry_set(struct ft_entry *entry, const char *text);

/*
 * Takes an editing key: characters, paste, arrows, Home, End, ^A ^E ^B ^F,
 * Backspace, Del, ^W, ^U, ^K. False when it is none of them.
 */
bool ft_entry_key(struct ft_entry *entry, const struct ft_key *key);

/*
 * Draws it over width columns, scrolled so that the cursor is in sight, and
 * puts the grid's cursor there. hidden: nothing of the text is shown.
 */
void ft_entry_draw(const struct ft_entry *entry, struct ft_grid *grid, int x,
                   int y, int width, enum ft_look look, bool hidden);

/* Overwrites and empties it. */
void ft_entry_wipe(struct ft_entry *entry);

#endif
