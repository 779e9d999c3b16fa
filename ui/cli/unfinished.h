/* SPDX-License-Identifier: GPL-2.0-or-later */
/* That something was begun with a VM and has not ended is said. One thread. */
#ifndef FT_UI_CLI_UNFINISHED_H
#define FT_UI_CLI_UNFINISHED_H

#include "ui/cli/cli.h"

/* By "pending" of a row (ui/model/stored-pair.h); nothing when that is no object. */
void ft_cli_note_pending(struct ft_cli *cli, const char *vm,
                         const json_t *pending);

/* Of each VM that a command is given; after the database is open. */
void ft_cli_note_unfinished(struct ft_cli *cli, int argc, char **argv);

#endif
