/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for a command by its words. Pure; any thread.
 */
#ifndef FT_UI_CLI_VERBS_H
#define FT_UI_CLI_VERBS_H

#include "ui/cli/command.h"
#include "ui/model/suggest.h"

/* The command with this name, or NULL. words is "host add" or "status". */
const struct ft_command *ft_command_find(ft_command_table commands,
                                         const char *words);

/* True when the command's name begins with this noun and a blank. */
bool ft_command_has_noun(const struct ft_command *command, const char *noun);

/* True when there is such a command. */
bool ft_command_is_noun(ft_command_table commands, const char *word);

/*
 * Which command, or noun of some, may have been meant by these words, of which
 * there is one at least. Hidden commands are never meant.
 */
struct ft_suggestion ft_command_suggest(ft_command_table commands, int argc,
                                        char **argv);

#endif
