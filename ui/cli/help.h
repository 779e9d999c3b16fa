/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Help, made from the table of commands: of everything, of one noun's verbs,
 * of one command. One thread a stream.
 */
#ifndef FT_UI_CLI_HELP_H
#define FT_UI_CLI_HELP_H

#include <stdio.h>

#include "ui/cli/command.h"

void ft_help_overview(FILE *stream, ft_command_table commands);
void ft_help_noun(FILE *stream, ft_command_table commands, const char *noun);
void ft_help_command(FILE *stream, const struct ft_command *command);

#endif
