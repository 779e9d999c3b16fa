/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands that the console has under way (runner.h), and where their ends
 * go: to who asked, to the first start, to a text that is read, or to the last
 * row. The same for every face of the console.
 *
 * Ownership: ft_runs_close; commands that have not ended are left to
 * themselves. Console, source and secrets (NULL: none are kept) outlive it. Threads: one.
 */
#ifndef FT_UI_TUI_RUNS_H
#define FT_UI_TUI_RUNS_H

#include <poll.h>
#include <stdbool.h>

#include "ui/tui/state.h"

#define FT_RUNS_MAX 8

struct ft_runs;
struct ft_work_secrets;
struct ft_work_source;

/* common: options that every command is given; must stay. NULL: no memory. */
struct ft_runs *ft_runs_open(struct ft_console *console,
                             struct ft_work_source *source,
                             struct ft_work_secrets *secrets,
                             const struct ft_words *common);

/* Those of ft_console_ops: the message says when one cannot be begun. */
void ft_runs_run(struct ft_runs *runs, const struct ft_words *words,
                 const struct ft_words *shown, bool show);
bool ft_runs_ask(struct ft_runs *runs, unsigned ticket,
                 const struct ft_words *words);
void ft_runs_first(struct ft_runs *runs, enum ft_first_what what,
                   const struct ft_words *words, bool may_ask);
void ft_runs_answer(struct ft_runs *runs, unsigned id, const char *secret,
                    bool same);
void ft_runs_ask_again(struct ft_runs *runs);

/* Fills at most 3 * FT_RUNS_MAX entries; returns how many. */
nfds_t ft_runs_poll(const struct ft_runs *runs, struct pollfd *polls);

/* Their end makes no descriptor ready: they are looked at again soon. */
bool ft_runs_any(const struct ft_runs *runs);

/* Takes what they say. True when the console has something new to show. */
bool ft_runs_read(struct ft_runs *runs);

/* NULL is a no-op. */
void ft_runs_close(struct ft_runs *runs);

#endif
