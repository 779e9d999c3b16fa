/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From words to a command and its options. One thread (getopt_long(3)).
 */
#ifndef FT_UI_CLI_PARSE_H
#define FT_UI_CLI_PARSE_H

#include "ui/cli/cli.h"

/*
 * Parses argv (as main gets it) by cli->commands into cli->options and
 * cli->command. *argc and *argv are what is left: the command's arguments.
 * Returns FT_EXIT_OK, or FT_EXIT_USAGE after saying why on cli->messages.
 * cli->command may be NULL with FT_EXIT_OK: only global options were given.
 */
enum ft_exit ft_cli_parse(struct ft_cli *cli, int *argc, char ***argv);

#endif
