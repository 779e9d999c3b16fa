/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs this program itself with a verb, in the background: what the console
 * does to hosts and virtual machines is a command, exactly the one it shows.
 * Whatever happens to the console, the command goes on to its end.
 *
 * Ownership: ft_run_close frees; a command that has not ended is left to
 * itself. Threads: one. Nothing here waits.
 */
#ifndef FT_UI_TUI_RUNNER_H
#define FT_UI_TUI_RUNNER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define FT_RUN_ARGUMENTS_MAX 150
#define FT_RUN_LINE_MAX (8 << 20) /* bytes; a longer line is dropped whole */

struct ft_run;

/* A whole line of its output, or (error) of its messages, without newline. */
typedef void (*ft_run_line)(void *data, const char *line, bool error);

/*
 * Starts "ftadmin ARGUMENTS...", NULL ends them, in a session of its own, with
 * nothing on its standard input and a socket for its questions. 0 or -errno.
 */
int ft_run_start(const char *const *arguments, struct ft_run **run,
                 struct ft_error *err);

/*
 * Where its questions come, and their answers go (ui/work/ask.h): -1 when it
 * has ended. Not for ft_run_poll.
 */
int ft_run_question(const struct ft_run *run);

/* It will ask nothing any more. */
void ft_run_hush(struct ft_run *run);

/* What to poll for: two entries, some with a negative descriptor. */
void ft_run_poll(const struct ft_run *run, struct pollfd polls[2]);

/* Takes what has come. */
void ft_run_read(struct ft_run *run, ft_run_line line, void *data);

/* True once it has ended and all was read; *status as the shell's $?. */
bool ft_run_ended(struct ft_run *run, int *status);

/* Asks it to end, as Ctrl-C does. */
void ft_run_interrupt(struct ft_run *run);

/* NULL is a no-op. */
void ft_run_close(struct ft_run *run);

#endif
