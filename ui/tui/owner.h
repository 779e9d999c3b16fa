/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both faces of the console, the screen (run.c) and lines (linear-run.c),
 * give to it in the same way: hosts and database, commands in the background,
 * passwords, files. A face begins with it and adds how it shows and is typed to.
 *
 * Ownership: ft_owner_open and ft_owner_close; the console is opened by the
 * face. Threads: the console's.
 */
#ifndef FT_UI_TUI_OWNER_H
#define FT_UI_TUI_OWNER_H

#include "ui/tui/console.h"
#include "ui/tui/runs.h"
#include "ui/work/source.h"

struct ft_work_secrets;

struct ft_owner {
    struct ft_console console;
    struct ft_work work; /* what is typed in the console is known there */
    struct ft_work_source *source;
    struct ft_work_secrets *secrets;
    struct ft_runs *runs;
};

/*
 * common: options that every command is given; must stay. To be closed also after
 * an error.
 */
int ft_owner_open(struct ft_owner *owner, const struct ft_work *work,
                  const struct ft_words *common, struct ft_error *err);
void ft_owner_close(struct ft_owner *owner);

/*
 * Sets all that is the same in both: run, ask, first, answer, ask_again, write.
 * data is to be the owner, or what begins with it.
 */
void ft_owner_ops(struct ft_owner *owner, struct ft_console_ops *ops);

/* Writes text to a file (ft_copy_to_file), and says where it is. */
void ft_owner_write(struct ft_owner *owner, const char *text, const char *name);

#endif
