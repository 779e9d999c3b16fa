/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand next on a command line, by the tables that parsing and help
 * have too. Pure; any thread.
 */
#ifndef FT_UI_CLI_COMPLETE_H
#define FT_UI_CLI_COMPLETE_H

#include "ui/cli/command.h"
#include "ui/tui/completion.h"
#include "ui/tui/words.h"

/*
 * Adds the commands and options that begin with part, after the words before
 * it ("ftadmin" not among them), each with its line of help; and says in
 * argument what else may stand there.
 */
void ft_cli_complete(ft_command_table commands, const struct ft_words *before,
                     const char *part, struct ft_completion *completion);

#endif
