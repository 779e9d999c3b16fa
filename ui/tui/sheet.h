/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sheet that protects a VM, or several: lines that are always seen, of
 * which one is unfolded. It is worked out by the very command that it shows
 * (ftadmin protect VM --dry-run --json), again for all after each choice, and
 * applied by one command for all, which makes a job for each VM, one after
 * another, also when the console is left; one that fails holds up no other. Pure: what commands said comes in by
 * ft_sheet_answer.
 *
 * Ownership: the console's; one at a time. What is left is kept as a draft
 * (drafts.h).
 */
#ifndef FT_UI_TUI_SHEET_H
#define FT_UI_TUI_SHEET_H

#include <stdio.h>

#include <jansson.h>

#include "ui/tui/drafts.h"
#include "ui/tui/state.h"

#define FT_SHEET_VMS_MAX FT_DRAFT_VMS_MAX

struct ft_sheet;

/*
 * Opens the sheet for the VMs of these rows, at most so many; that of before
 * again when it is of one of them, with what was chosen there, or a draft.
 */
void ft_sheet_begin(struct ft_console *console, const json_t *rows);

/* As ft_console_answer. False: this ticket is not of the sheet. */
bool ft_sheet_answer(struct ft_console *console, unsigned ticket,
                     const json_t *document, int status, const char *message);

/* There is a new picture: how far those are that are being protected. */
void ft_sheet_follow(struct ft_console *console);

/* What would be lost if it were closed now, as a draft: new, or NULL. */
json_t *ft_sheet_draft(const struct ft_sheet *sheet);

/* True: taken. */
bool ft_sheet_key(struct ft_console *console, const struct ft_key *key);

/* Why one of its keys does nothing now; constant, NULL: it does. */
const char *ft_sheet_why_not(const struct ft_console *console,
                             enum ft_do action);

/*
 * Line by line: the open line as a question with its numbers, and the prompt.
 * False: it is applied, and no question.
 */
bool ft_sheet_tell(const struct ft_console *console, FILE *out);
bool ft_sheet_prompt(const struct ft_console *console, char *out, size_t size);

/* The answer to it; false: there is no such number. */
bool ft_sheet_number(struct ft_console *console, unsigned number);

/* "standby": the digit of that line; 0: none is called so. */
int ft_sheet_line_called(const char *word);

/* NULL is a no-op. */
void ft_sheet_close(struct ft_sheet *sheet);

#endif
