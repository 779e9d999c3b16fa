/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of one VM: what ftadmin check --json finds, listed worst first,
 * and one of them told whole. That command is run again each time the page is
 * opened or r is pressed; what it found has the age of its answer. Pure: the
 * answer comes in by ft_checks_answer.
 *
 * Ownership: the console's; one, of the VM that was asked for last.
 * Threads: that of the console.
 */
#ifndef FT_UI_TUI_CHECKS_H
#define FT_UI_TUI_CHECKS_H

#include <stdbool.h>

#include <jansson.h>

#include "ui/tui/state.h"

struct ft_checks;

/* Opens the page for the VM of this row, and asks. */
void ft_checks_open(struct ft_console *console, const json_t *row);

/* The same for a command that somebody typed: "check mail --standby kvm3". */
void ft_checks_command(struct ft_console *console, const struct ft_words *words);

/* As ft_console_answer. False: this ticket is not of checks. */
bool ft_checks_answer(struct ft_console *console, unsigned ticket,
                      const json_t *document, int status, const char *message);

/*
 * For the page of one check: its row by the page's subject, the next row that
 * did not pass (by 1 or -1; NULL: none), and "4 s ago" of the answer.
 */
const json_t *ft_checks_find(const struct ft_console *console, const char *key);
const json_t *ft_checks_next(const struct ft_console *console, const char *key,
                             int by);
void ft_checks_age(const struct ft_console *console, char *out, size_t size);

/* Whether hosts may be another by now: then what was found is no verdict. */
bool ft_checks_old(const struct ft_console *console);

/* What was asked of whom; a null object before. Borrowed. */
const json_t *ft_checks_document(const struct ft_console *console);

/* Asks again. */
void ft_checks_again(struct ft_console *console);

/*
 * A command that was typed where checks are shown, and changes what is found of that VM
 * (waive, check --fix): true, and it is run, and then shown what is found now.
 */
bool ft_checks_typed(struct ft_console *console, const struct ft_words *words);

/* NULL is a no-op. */
void ft_checks_close(struct ft_checks *checks);

#endif
