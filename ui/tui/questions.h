/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What SSH asks the commands under way (runner.h, ui/work/ask.h): answered by
 * what is kept of earlier answers, else by whoever sits at the console, one
 * question at a time. Commands that were not begun to log in ask nobody.
 *
 * Ownership: ft_questions_close; console and secrets outlive it. Threads: one.
 */
#ifndef FT_UI_TUI_QUESTIONS_H
#define FT_UI_TUI_QUESTIONS_H

#include <stdbool.h>

#include "ui/tui/runner.h"
#include "ui/tui/state.h"

struct ft_questions;
struct ft_work_secrets;

/* secrets NULL: nothing is kept. NULL: no memory. */
struct ft_questions *ft_questions_open(struct ft_console *console,
                                       struct ft_work_secrets *secrets);

/* Could a question of a command be taken now? */
bool ft_questions_free(const struct ft_questions *questions);

/*
 * Takes the question of run, if it has one; title: its command. True: somebody
 * is asked.
 */
bool ft_questions_take(struct ft_questions *questions, struct ft_run *run,
                       bool may_ask, const char *title);

/* run has ended, before it is closed. */
void ft_questions_ended(struct ft_questions *questions,
                        const struct ft_run *run);

/* As ops.answer. True: something was sent. */
bool ft_questions_answer(struct ft_questions *questions, unsigned id,
                         const char *secret, bool same);

/* NULL is a no-op. */
void ft_questions_close(struct ft_questions *questions);

#endif
