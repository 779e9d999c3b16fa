/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of a VM as the options say: with --standby, --witness, --inventory. For
 * check, for who waives what it finds, and for who mends it.
 */
#ifndef FT_UI_CLI_CHECK_VM_H
#define FT_UI_CLI_CHECK_VM_H

#include "ui/cli/cli.h"
#include "ui/work/protect.h"

/* FT_EXIT_OK: job->plan has the findings; else it was said. job is to be freed. */
enum ft_exit ft_cli_check(struct ft_cli *cli, struct ft_work_protect *job,
                          const char *vm);

#endif
