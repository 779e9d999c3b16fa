/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts that did not answer: how the command line says so, and by which exit
 * code. After ft_work_fleet_each; one thread.
 */
#ifndef FT_UI_CLI_ANSWERS_H
#define FT_UI_CLI_ANSWERS_H

#include "ui/cli/cli.h"

/* Prints the error of every member that failed; the same hint only once. */
void ft_cli_complain(struct ft_cli *cli, const struct ft_work_fleet *fleet);

/*
 * Prints err; of one that says not found also which hosts could not be asked.
 * Returns err's exit code.
 */
enum ft_exit ft_cli_fail_lookup(struct ft_cli *cli, const struct ft_error *err);

/* The exit code when not all members answered: 0, 7, or that of the error. */
enum ft_exit ft_cli_fleet_exit(const struct ft_work_fleet *fleet);

#endif
