/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/complete.h"

#include <stdio.h>
#include <string.h>

#include "plan/check-list.h"
#include "ui/cli/verbs.h"

/* The first word of every command; help of a noun: its commands. */
static void
add_commands(ft_command_table commands, const char *part,
             struct ft_completion *c)
{
    for (; *commands; commands++) {
        const struct ft_command *command = *commands;
        size_t size = strcspn(command->name, " ");
        char word[64], help[160];

        if (command->hidden)
            continue;
        snprintf(word, sizeof(word), "%.*s", (int)size, command->name);
        if (command->name[size])
            snprintf(help, sizeof(help), "%s ...", word);
        else
            snprintf(help, sizeof(help), "%s", command->summary);
        ft_completion_add(c, part, word, help);
    }
}

static void
add_verbs(ft_command_table commands, const char *noun, const char *part,
          struct ft_completion *c)
{
    for (; *commands; commands++)
        if (!(*commands)->hidden && ft_command_has_noun(*commands, noun))
            ft_completion_add(c, part, (*commands)->name + strlen(noun) + 1,
                              (*commands)->summary);
}

static void
add_options(const struct ft_option *options, const char *part,
            struct ft_completion *c)
{
    for (; options && options->name; options++) {
        char word[64];

        snprintf(word, sizeof(word), "--%s", options->name);
        ft_completion_add(c, part, word, options->help);
    }
}

static const struct ft_option *
find_option(const struct ft_option *options, const char *word)
{
    bool is_long = !strncmp(word, "--", 2);

    for (; options && options->name; options++)
        if (is_long ? !strcmp(options->name, word + 2)
                    : options->letter && word[0] == '-' &&
                          word[1] == options->letter && !word[2])
            return options;
    return NULL;
}

/* The option of which this word is the beginning of its value, or NULL. */
static const struct ft_option *
wants_value(const struct ft_command *command, const char *word)
{
    const struct ft_option *option = find_option(ft_global_options, word);

    if (!option)
        option = find_option(command->options, word);
    return option && option->kind != FT_OPTION_FLAG ? option : NULL;
}

/* "host add", "jobs show", "status": by one or two of the words. */
static const struct ft_command *
find_command(ft_command_table commands, const struct ft_words *before,
             size_t *words)
{
    const struct ft_command *command = NULL;
    char name[2 * FT_WORD_SIZE];

    if (before->count > 1) {
        snprintf(name, sizeof(name), "%s %s", before->list[0], before->list[1]);
        command = ft_command_find(commands, name);
        *words = 2;
    }
    if (!command && before->count) {
        command = ft_command_find(commands, before->list[0]);
        *words = 1;
    }
    return command;
}

/* Words that are neither options nor their values. */
static int
count_arguments(const struct ft_command *command, const struct ft_words *before,
                size_t from)
{
    int count = 0;

    for (size_t i = from; i < before->count; i++)
        if (*before->list[i] != '-')
            count++;
        else if (wants_value(command, before->list[i]))
            i++;
    return count;
}

/* What an argument may be that needs no host to be known. */
static void
add_checks(const char *part, struct ft_completion *c)
{
    for (int i = 0; i < FT_CHECKS && strcmp(c->argument, "[CHECK...]") == 0; i++)
        ft_completion_add(c, part, ft_check_lines[i].id,
                          ft_check_lines[i].looks);
}

static void
complete_command(const struct ft_command *command, const struct ft_words *before,
                 size_t from, const char *part, struct ft_completion *c)
{
    const struct ft_option *option =
        before->count > from
            ? wants_value(command, before->list[before->count - 1])
            : NULL;

    if (option) {
        snprintf(c->argument, sizeof(c->argument), "%s", option->argument);
        snprintf(c->title, sizeof(c->title), "%s --%s %s   %s", command->name,
                 option->name, option->argument, option->help);
        return;
    }
    snprintf(c->title, sizeof(c->title), "%s %s   %s", command->name,
             command->usage, command->summary);
    if (*part == '-') {
        add_options(command->options, part, c);
        add_options(ft_global_options, part, c);
    } else if (command->max_arguments < 0 ||
               count_arguments(command, before, from) < command->max_arguments) {
        snprintf(c->argument, sizeof(c->argument), "%s", command->usage);
        add_checks(part, c);
    }
}

void
ft_cli_complete(ft_command_table commands, const struct ft_words *before,
                const char *part, struct ft_completion *c)
{
    const struct ft_command *command;
    size_t words = 0;

    if (!before->count) {
        if (*part == '-')
            add_options(ft_global_options, part, c);
        else
            add_commands(commands, part, c);
        return;
    }
    if (before->count == 1 && *part != '-')
        add_verbs(commands, before->list[0], part, c);
    command = find_command(commands, before, &words);
    if (command)
        complete_command(command, before, words, part, c);
}
