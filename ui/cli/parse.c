/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/parse.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "ui/cli/help.h"
#include "ui/cli/verbs.h"
#include "ui/model/suggest.h"

#define OPTIONS_MAX 48
#define LONG_ONLY 0x1000 /* getopt's val of an option without letter */

/* What getopt_long wants, made from our tables. */
struct table {
    const struct ft_option *options[OPTIONS_MAX];
    struct option longs[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 4];
    int count;
};

static void
add_options(struct table *table, const struct ft_option *options)
{
    char *letters = table->letters + strlen(table->letters);

    for (; options && options->name && table->count < OPTIONS_MAX; options++) {
        struct option *entry = &table->longs[table->count];

        entry->name = options->name;
        entry->has_arg =
            options->kind == FT_OPTION_FLAG ? no_argument : required_argument;
        entry->val =
            options->letter ? options->letter : LONG_ONLY + table->count;
        table->options[table->count++] = options;
        if (!options->letter)
            continue;
        *letters++ = options->letter;
        if (options->kind != FT_OPTION_FLAG)
            *letters++ = ':';
    }
    *letters = '\0';
}

static const struct ft_option *
find_option(const struct table *table, int value)
{
    for (int i = 0; i < table->count; i++)
        if (table->longs[i].val == value)
            return table->options[i];
    return NULL;
}

static enum ft_exit
parse_integer(struct ft_cli *cli, const struct ft_option *option,
              const char *text, int64_t *out)
{
    char *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < option->min ||
        value > option->max)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "--%s needs a whole number from %lld to %lld, "
                                "not \"%s\"",
                                option->name, (long long)option->min,
                                (long long)option->max, text);
    *out = value;
    return FT_EXIT_OK;
}

static enum ft_exit
store_option(struct ft_cli *cli, const struct ft_option *option,
             const char *text)
{
    void *at = (char *)&cli->options + option->offset;
    const char *before = option->kind == FT_OPTION_LIST ? *(char **)at : NULL;
    char *both;

    if (cli->given_count < FT_CLI_GIVEN_MAX)
        cli->given[cli->given_count++] = option->offset;

    switch (option->kind) {
    case FT_OPTION_FLAG:
        *(bool *)at = true;
        break;
    case FT_OPTION_LIST:
    case FT_OPTION_TEXT:
        if (!*text || strchr(text, '\n'))
            return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                    "--%s needs a value", option->name);
        *(const char **)at = text;
        if (before && asprintf(&both, "%s\n%s", before, text) > 0)
            *(char **)at = both; /* as long as the process */
        break;
    case FT_OPTION_INTEGER:
        return parse_integer(cli, option, text, at);
    }
    return FT_EXIT_OK;
}

static enum ft_exit
usage_error(struct ft_cli *cli)
{
    fprintf(cli->messages, "Try 'ftadmin%s%s --help'.\n",
            cli->command ? " " : "", cli->command ? cli->command->name : "");
    return FT_EXIT_USAGE;
}

/* An option that is not in the table, as it was written: "--stanby=h2". */
static void
unknown_option(struct ft_cli *cli, const struct table *table, const char *word)
{
    char name[FT_SUGGEST_LENGTH + 2];
    struct ft_suggestion meant = { .distance = 0 };

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
    for (int i = 0; i < table->count; i++)
        ft_suggest(&meant, name, table->options[i]->name);
    ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                     "unrecognized option '%.*s'%s%s%s", (int)strcspn(word, "="),
                     word, *meant.name ? "; did you mean '--" : "", meant.name,
                     *meant.name ? "'?" : "");
}

/* The beginning of several options. */
static bool
is_ambiguous(const struct table *table, const char *word)
{
    size_t size = strcspn(word + 2, "=");
    int alike = 0;

    for (int i = 0; i < table->count; i++)
        alike += !strncmp(table->options[i]->name, word + 2, size);
    return alike > 1;
}

/* What getopt_long(3) found wrong, which it would only say on stderr. */
static enum ft_exit
option_error(struct ft_cli *cli, const struct table *table, int value,
             const char *word)
{
    const struct ft_option *known = find_option(table, optopt);

    if (value == ':' && known && word[0] == '-' && word[1] == '-')
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                         "option '--%s' requires an argument", known->name);
    else if (value == ':')
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                         "option requires an argument -- '%c'", optopt);
    else if (known)
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                         "option '--%s' doesn't allow an argument", known->name);
    else if (optopt)
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL, "invalid option -- '%c'",
                         optopt);
    else if (is_ambiguous(table, word))
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL, "option '%s' is ambiguous",
                         word);
    else
        unknown_option(cli, table, word);
    return usage_error(cli);
}

/* mode is "+:" to stop at the first argument, ":" to take options anywhere. */
static enum ft_exit
parse_options(struct ft_cli *cli, int argc, char **argv, const char *mode,
              int *rest)
{
    struct table table = { .count = 0 };
    int value;

    strcpy(table.letters, mode);
    add_options(&table, ft_global_options);
    if (cli->command)
        add_options(&table, cli->command->options);
    optind = 0; /* glibc: start over */
    opterr = 0;
    while ((value = getopt_long(argc, argv, table.letters, table.longs, NULL)) !=
           -1) {
        const struct ft_option *option = find_option(&table, value);

        if (!option)
            return option_error(cli, &table, value, argv[optind - 1]);
        if (store_option(cli, option, optarg) != FT_EXIT_OK)
            return usage_error(cli);
    }
    *rest = optind;
    return FT_EXIT_OK;
}

static enum ft_exit
unknown_verb(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;

    if (argc < 2 && ft_command_is_noun(cli->commands, argv[0])) {
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL, "%s what?", argv[0]);
        ft_help_noun(cli->messages, cli->commands, argv[0]);
        return FT_EXIT_USAGE;
    }
    ft_command_unknown(cli->commands, argc, argv, &err);
    ft_cli_fail(cli, &err);
    return usage_error(cli);
}

/*
 * Sets cli->command from the first one or two words; *words is how many. "jobs"
 * is a command and a noun: what follows it and is no option is a verb.
 */
static enum ft_exit
parse_verb(struct ft_cli *cli, int argc, char **argv, int *words)
{
    char name[64];

    if (argc > 1 && ft_command_is_noun(cli->commands, argv[0]) &&
        !(*argv[1] == '-' && ft_command_find(cli->commands, argv[0]))) {
        snprintf(name, sizeof(name), "%s %s", argv[0], argv[1]);
        cli->command = ft_command_find(cli->commands, name);
        *words = 2;
    } else {
        cli->command = ft_command_find(cli->commands, argv[0]);
        *words = 1;
    }
    return cli->command ? FT_EXIT_OK : unknown_verb(cli, argc, argv);
}

static enum ft_exit
check_arguments(struct ft_cli *cli, int argc, char **argv)
{
    const struct ft_command *command = cli->command;

    if (cli->options.help)
        return FT_EXIT_OK;
    if (cli->options.json && cli->options.plain)
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                         "--json and --plain exclude each other");
    else if (argc < command->min_arguments)
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL, "%s needs %s", command->name,
                         command->usage);
    else if (command->max_arguments >= 0 && argc > command->max_arguments)
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL, "too many arguments: \"%s\"",
                         argv[command->max_arguments]);
    else
        return FT_EXIT_OK;
    return usage_error(cli);
}

/* "--help host" and "host --help" */
static bool
is_noun_help(const struct ft_cli *cli, int argc, char **argv)
{
    if (!ft_command_is_noun(cli->commands, argv[0]) ||
        ft_command_find(cli->commands, argv[0]))
        return false;
    return argc == 1 ? cli->options.help
                     : !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h");
}

enum ft_exit
ft_cli_parse(struct ft_cli *cli, int *argc, char ***argv)
{
    int rest, words;
    enum ft_exit code = parse_options(cli, *argc, *argv, "+:", &rest);

    *argc -= rest;
    *argv += rest;
    if (code || *argc == 0)
        return code;
    if (is_noun_help(cli, *argc, *argv)) {
        cli->options.help = true;
        return FT_EXIT_OK;
    }
    code = parse_verb(cli, *argc, *argv, &words);
    if (code)
        return code;
    *argc -= words - 1;
    *argv += words - 1;
    code = parse_options(cli, *argc, *argv, ":", &rest);
    *argc -= rest;
    *argv += rest;
    return code ? code : check_arguments(cli, *argc, *argv);
}
