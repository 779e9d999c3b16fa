/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/help.h"

#include "base/cleanup.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/findings.h"
#include "ui/cli/verbs.h"

static const char *const exit_lines[] = {
    "0 done, 1 failed, 2 wrong usage, 3 not found, 4 a check failed,",
    "5 refused for safety, 6 not permitted, 7 partly done, 10 bad configuration,",
    "20 host or engine unreachable, 21 timeout, 22 protocol mismatch,",
    "30 degraded, 31 unprotected, 130 interrupted",
};

/* Two columns, folded to the terminal. */
static void
print_line(FILE *stream, int width, const char *left, const char *right)
{
    struct ft_style style = ft_style_for(stream, FT_OUTPUT_TABLE);
    char label[80];

    snprintf(label, sizeof(label), "%-*s ", width, left);
    ft_cli_print_folded(stream, &style, 2, label, right);
}

static void
print_command_line(FILE *stream, const struct ft_command *command)
{
    char left[64];

    snprintf(left, sizeof(left), "%s %s", command->name, command->usage);
    print_line(stream, 24, left, command->summary);
}

static void
print_options(FILE *stream, const struct ft_option *options)
{
    for (; options && options->name; options++) {
        char left[64];
        char letter[] = "    ";

        if (options->letter)
            snprintf(letter, sizeof(letter), "-%c, ", options->letter);
        snprintf(left, sizeof(left), "%.4s--%s%s%s", letter, options->name,
                 options->argument ? " " : "",
                 options->argument ? options->argument : "");
        print_line(stream, 28, left, options->help);
    }
}

void
ft_help_overview(FILE *stream, ft_command_table commands)
{
    fputs("usage: ftadmin [OPTIONS] COMMAND [ARGUMENTS]\n\n"
          "Keeps virtual machines running when their host dies.\n\nCommands:\n",
          stream);
    for (; *commands; commands++)
        if (!(*commands)->hidden)
            print_command_line(stream, *commands);
    fputs("\nOptions of every command:\n", stream);
    print_options(stream, ft_global_options);
    fputs("\nExit codes:\n", stream);
    for (size_t i = 0; i < FT_ARRAY_SIZE(exit_lines); i++)
        fprintf(stream, "  %s\n", exit_lines[i]);
}

void
ft_help_noun(FILE *stream, ft_command_table commands, const char *noun)
{
    fprintf(stream, "usage: ftadmin %s COMMAND [ARGUMENTS]\n\nCommands:\n",
            noun);
    for (; *commands; commands++)
        if (ft_command_has_noun(*commands, noun))
            print_command_line(stream, *commands);
}

void
ft_help_command(FILE *stream, const struct ft_command *command)
{
    fprintf(stream, "usage: ftadmin %s [OPTIONS]%s%s\n\n%s.\n", command->name,
            *command->usage ? " " : "", command->usage, command->summary);
    if (command->details)
        fprintf(stream, "\n%s\n", command->details);
    if (command->options && command->options->name) {
        fputs("\nOptions:\n", stream);
        print_options(stream, command->options);
    }
    fputs("\nOptions of every command:\n", stream);
    print_options(stream, ft_global_options);
}

static enum ft_exit
unknown(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_command_unknown(cli->commands, argc, argv, &err);
    ft_error_hint(&err, "ftadmin help lists the commands");
    ft_cli_fail(cli, &err);
    return FT_EXIT_USAGE;
}

static enum ft_exit
help_run(struct ft_cli *cli, int argc, char **argv)
{
    const struct ft_command *command;
    char words[64];

    if (argc == 0) {
        ft_help_overview(cli->out, cli->commands);
        return FT_EXIT_OK;
    }
    snprintf(words, sizeof(words), "%s%s%s", argv[0], argc > 1 ? " " : "",
             argc > 1 ? argv[1] : "");
    command = ft_command_find(cli->commands, words);
    if (command)
        ft_help_command(cli->out, command);
    else if (argc == 1 && ft_command_is_noun(cli->commands, argv[0]))
        ft_help_noun(cli->out, cli->commands, argv[0]);
    else
        return unknown(cli, argc, argv);
    return FT_EXIT_OK;
}

const struct ft_command ft_command_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .summary = "Explain a command",
    .max_arguments = 2,
    .run = help_run,
};
