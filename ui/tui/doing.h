/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what is selected to what is done with it: the row that an act is about,
 * and the act, which asks first or begins at once. Pure, but for the owner's
 * callbacks.
 */
#ifndef FT_UI_TUI_DOING_H
#define FT_UI_TUI_DOING_H

#include "ui/tui/deeds.h"
#include "ui/tui/state.h"

/* The row that an act is about: of the list, or of the page itself; or NULL. */
const json_t *ft_doing_row(const struct ft_console *console);

/* Runs a command and says that it is begun; shown: the same for people. */
void ft_doing_run(struct ft_console *console, const struct ft_words *words,
                  const struct ft_words *shown, bool show);

/* Opens the sheet that protects the VM, or says why not. */
void ft_doing_protect(struct ft_console *console);

/* Does it, asks about it, or says why it is not possible. */
void ft_doing_deed(struct ft_console *console, const struct ft_deed *deed);

/*
 * A command was typed that would have to ask, and cannot on this terminal: the
 * sheet is opened, or the question of its key is asked. False: it is none.
 */
bool ft_doing_typed(struct ft_console *console, const struct ft_words *words);

#endif
