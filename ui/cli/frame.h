/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shape that all verbs share: open what the command needs, run it, close.
 * A verb is what is left. One thread.
 */
#ifndef FT_UI_CLI_FRAME_H
#define FT_UI_CLI_FRAME_H

#include "ui/cli/cli.h"

/*
 * Runs cli->command with its arguments. When something that it needs cannot be
 * had it does not run: the error was printed, and 10 is the exit code of a
 * database or an engine that is not where it should be.
 */
enum ft_exit ft_cli_run(struct ft_cli *cli, int argc, char **argv);

#endif
