/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scripts/completions ask at each Tab: a line for each word that may stand
 * next, "WORD<tab>HELP", and one without a word for what else may.
 */
#include "config.h"

#include <string.h>

#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/complete.h"

static bool
takes_value(const char *word)
{
    for (const struct ft_option *o = ft_global_options; o->name; o++)
        if (o->kind != FT_OPTION_FLAG &&
            ((!strncmp(word, "--", 2) && !strcmp(word + 2, o->name)) ||
             (word[0] == '-' && word[1] == o->letter && !word[2])))
            return true;
    return false;
}

/* The words from the command on: options of every command may stand before. */
static void
command_words(int argc, char **argv, struct ft_words *words)
{
    int i = 0;

    while (i < argc && *argv[i] == '-')
        i += takes_value(argv[i]) ? 2 : 1;
    for (; i < argc; i++)
        ft_words_add(words, argv[i]);
}

static enum ft_exit
complete_run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_words words = { 0 };
    struct ft_completion c = { 0 };

    command_words(argc - 1, argv + 1, &words);
    ft_cli_complete(cli->commands, &words, argv[0], &c);
    for (size_t i = 0; i < c.count; i++)
        fprintf(cli->out, "%s\t%s\n", c.list[i].word, c.list[i].help);
    if (*c.argument)
        fprintf(cli->out, "\t%s\n", c.argument);
    return FT_EXIT_OK;
}

const struct ft_command ft_command_complete = {
    .name = "complete",
    .usage = "-- PART [WORD...]",
    .summary = "Say what may stand next on a command line",
    .details = "PART is the beginning of the word, each WORD one before it.",
    .min_arguments = 1,
    .max_arguments = -1,
    .hidden = true,
    .run = complete_run,
};
