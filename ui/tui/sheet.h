/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sheet that protects a VM: seven lines that are always seen, of which one
 * is unfolded. It is worked out by the very command that it shows
 * (ftadmin protect VM --dry-run --json), again after each choice, and applied
 * by that command. Pure: what the command said comes in by ft_sheet_answer.
 *
 * Ownership: the console's; one at a time, kept as a draft when one leaves it.
 */
#ifndef FT_UI_TUI_SHEET_H
#define FT_UI_TUI_SHEET_H

#include <jansson.h>

#include "ui/tui/state.h"

struct ft_sheet;

/* Opens the sheet for the VM of this row, the draft of the same VM again. */
void ft_sheet_begin(struct ft_console *console, const json_t *row);

/* As ft_console_answer. False: this ticket is not of the sheet. */
bool ft_sheet_answer(struct ft_console *console, unsigned ticket,
                     const json_t *plan, int status, const char *message);

/* True: taken. */
bool ft_sheet_key(struct ft_console *console, const struct ft_key *key);

/* NULL is a no-op. */
void ft_sheet_close(struct ft_sheet *sheet);

#endif
