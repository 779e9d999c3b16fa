/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for a command by its words. Pure; any thread.
 */
#ifndef FT_UI_CLI_VERBS_H
#define FT_UI_CLI_VERBS_H

#include "base/error.h"
#include "ui/cli/command.h"

/* The command with this name, or NULL. words is "host add" or "status". */
const struct ft_command *ft_command_find(ft_command_table commands,
                                         const char *words);

/* True when the command's name begins with this noun and a blank. */
bool ft_command_has_noun(const struct ft_command *command, const char *noun);

/* True when there is such a command. */
bool ft_command_is_noun(ft_command_table commands, const char *word);

/*
 * Fills err with "no command "WORDS"" and with the command, or the noun of
 * some, that may have been meant. There is one word at least. Hidden commands
 * are never meant.
 */
void ft_command_unknown(ft_command_table commands, int argc, char **argv,
                        struct ft_error *err);

#endif
