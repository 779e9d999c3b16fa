/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the console remembers of a user from one time to the next: when it was
 * left, the commands that were typed, and the sheets that were begun. A file of
 * the user's own,
 * $XDG_STATE_HOME/ftadmin/console.json or ~/.local/state/ftadmin/console.json
 * (XDG Base Directory Specification), mode 0600. What cannot be read or
 * written is forgotten: nothing depends on it.
 */
#ifndef FT_UI_TUI_MEMORY_H
#define FT_UI_TUI_MEMORY_H

#include <jansson.h>

#include "ui/tui/state.h"

/* {"left": "2026-11-28T03:12:04Z", "typed": [...], "drafts": [...]}; never NULL but without memory. */
json_t *ft_memory_load(void);

/*
 * What is known of this user from the last time: the lines that were typed, the
 * sheets that were left, and when it was left, "" when that is not known.
 */
void ft_memory_recall(struct ft_console *console);

/* Writes that, with the sheet that is open, and that it is left now. */
void ft_memory_save(const struct ft_console *console);

/*
 * The same as soon as something of it has changed, for the case that nothing
 * can be written at the end.
 */
void ft_memory_keep(struct ft_console *console);

#endif
