/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check --fix and --undo-fix: each step is shown before anything is done. One thread.
 */
#ifndef FT_UI_CLI_FIX_H
#define FT_UI_CLI_FIX_H

#include "ui/cli/cli.h"
#include "ui/work/protect.h"

/*
 * Mends what the checks of job have found and ftadmin can mend, asks before, and checks
 * again, into job; some turns, since what is mended shows more. Steps that were done come
 * into *fixed (new; an array of {"host","fix"}). FT_EXIT_INTERRUPTED: not wanted.
 */
enum ft_exit ft_cli_fix(struct ft_cli *cli, struct ft_work_protect *job,
                        const char *vm, json_t **fixed);

/* Takes back what was done for the VM. */
enum ft_exit ft_cli_undo_fix(struct ft_cli *cli, const char *vm);

#endif
