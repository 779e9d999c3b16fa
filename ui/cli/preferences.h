/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ftadmin.conf(5): what a user wants of commands and console each time. Keys are
 * the options of the tables that parsing and help have too, in a section for
 * each command. The command line wins.
 *
 * What is wrong in the file is said with its line and left out: a file never
 * stops a command. One thread.
 */
#ifndef FT_UI_CLI_PREFERENCES_H
#define FT_UI_CLI_PREFERENCES_H

#include "ui/cli/cli.h"

/*
 * Reads the file of --config, or the user's own, and puts what it says for
 * cli->command into those of cli->options that were not given. Values stay in
 * cli->config, which ft_cli_preferences_close releases.
 */
void ft_cli_preferences_apply(struct ft_cli *cli);
void ft_cli_preferences_close(struct ft_cli *cli);

#endif
