/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command unprotect, for another one that does the same. One thread. */
#ifndef FT_UI_CLI_UNPROTECT_H
#define FT_UI_CLI_UNPROTECT_H

#include "ui/cli/cli.h"

/* Finds and locks the VM's pair and ends its protection; asks before, or not. */
enum ft_exit ft_cli_unprotect(struct ft_cli *cli, const char *vm, bool ask);

#endif
