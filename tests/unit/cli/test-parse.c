/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: verbs, options and exit codes.
 * Linked with the real table of commands; nothing is run.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/parse.h"
#include "ui/cli/verbs.h"

static char *messages;

/* Parses a line of words separated by single blanks. */
static enum ft_exit
parse(struct ft_cli *cli, const char *line, int *argc, char ***argv)
{
    static char copy[512];
    static char *words[32];
    static char program[] = "/usr/sbin/ftadmin";
    char *save = NULL;
    size_t size;
    enum ft_exit code;

    memset(cli, 0, sizeof(*cli));
    cli->commands = ft_commands;
    free(messages);
    cli->messages = open_memstream(&messages, &size);
    cli->out = cli->messages;
    snprintf(copy, sizeof(copy), "%s", line);
    words[0] = program;
    *argc = 1;
    for (char *word = strtok_r(copy, " ", &save); word;
         word = strtok_r(NULL, " ", &save))
        words[(*argc)++] = word;
    words[*argc] = NULL;
    *argv = words;
    code = ft_cli_parse(cli, argc, argv);
    fclose(cli->messages);
    return code;
}

static void
test_verbs(void **state)
{
    struct ft_cli cli;
    int argc;
    char **argv;

    (void)state;
    assert_int_equal(parse(&cli, "", &argc, &argv), FT_EXIT_OK);
    assert_null(cli.command);
    assert_int_equal(parse(&cli, "status", &argc, &argv), FT_EXIT_OK);
    assert_string_equal(cli.command->name, "status");
    assert_int_equal(argc, 0);
    assert_int_equal(parse(&cli, "host add a b", &argc, &argv), FT_EXIT_OK);
    assert_string_equal(cli.command->name, "host add");
    assert_int_equal(argc, 2);
    assert_string_equal(argv[0], "a");
    assert_int_equal(parse(&cli, "host", &argc, &argv), FT_EXIT_USAGE);
    assert_non_null(strstr(messages, "host list"));
    assert_int_equal(parse(&cli, "host fly", &argc, &argv), FT_EXIT_USAGE);
    assert_non_null(strstr(messages, "no command \"host fly\""));
    assert_int_equal(parse(&cli, "statu", &argc, &argv), FT_EXIT_USAGE);
    assert_int_equal(parse(&cli, "hos add x", &argc, &argv), FT_EXIT_USAGE);
    assert_int_equal(parse(&cli, "verify vm1", &argc, &argv), FT_EXIT_OK);
}

static void
test_options(void **state)
{
    struct ft_cli cli;
    int argc;
    char **argv;

    (void)state;
    assert_int_equal(parse(&cli,
                           "--json --db=/x protect -s h2 vm1 --witness none "
                           "-yn",
                           &argc, &argv),
                     FT_EXIT_OK);
    assert_true(cli.options.json && cli.options.yes && cli.options.dry_run);
    assert_string_equal(cli.options.db, "/x");
    assert_string_equal(cli.options.standby, "h2");
    assert_string_equal(cli.options.witness, "none");
    assert_int_equal(argc, 1);
    assert_string_equal(argv[0], "vm1");
    assert_int_equal(parse(&cli, "status --timeout 5 --verbose", &argc, &argv),
                     FT_EXIT_OK);
    assert_int_equal(cli.options.timeout_s, 5);
    assert_int_equal(parse(&cli, "protect a b -s h2 --standby b=h3", &argc,
                           &argv),
                     FT_EXIT_OK);
    assert_int_equal(argc, 2);
    assert_string_equal(cli.options.standby, "h2\nb=h3"); /* a list */
    free((char *)(uintptr_t)cli.options.standby);
    assert_int_equal(parse(&cli, "protect -- -odd", &argc, &argv), FT_EXIT_OK);
    assert_string_equal(argv[0], "-odd");
    assert_int_equal(parse(&cli, "protect --help", &argc, &argv), FT_EXIT_OK);
    assert_true(cli.options.help);
}

static void
test_usage_errors(void **state)
{
    static const struct {
        const char *line;
        const char *says;
    } cases[] = {
        { "--wrong", "unrecognized option '--wrong'" },
        { "status --standby h1", "unrecognized option '--standby'" },
        { "status -x", "invalid option -- 'x'" },
        { "unprotect", "unprotect needs VM" },
        { "unprotect a b", "too many arguments: \"b\"" },
        { "status --json --plain", "exclude each other" },
        { "status --timeout 0", "from 1 to 3600" },
        { "status --timeout 1x", "not \"1x\"" },
        { "status --timeout 99999999999999999999", "whole number" },
        { "status --db", "option '--db' requires an argument" },
        { "protect vm1 -s", "option requires an argument -- 's'" },
        { "status --json=1", "option '--json' doesn't allow an argument" },
        { "status --p", "option '--p' is ambiguous" },
        { "--jsno status", "option '--jsno'; did you mean '--json'?" },
        { "protect --stanby=h2 v", "'--stanby'; did you mean '--standby'?" },
        { "status --stanby h2", "unrecognized option '--stanby'\n" },
        { "protct vm1", "no command \"protct\"; did you mean \"protect\"?" },
        { "host lsit", "no command \"host lsit\"; did you mean \"host list\"?" },
        { "hots lsit", "no command \"hots\"; did you mean \"host list\"?" },
        { "hots", "no command \"hots\"; did you mean \"host\"?" },
        { "host-list", "no command \"host-list\"; did you mean \"host list\"?" },
        { "verfy vm1", "no command \"verfy\"\n" },
        { "status --db=", "--db needs a value" },
        { "host add h1 --port 70000", "from 1 to 65535" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_cli cli;
        int argc;
        char **argv;

        assert_int_equal(parse(&cli, cases[i].line, &argc, &argv),
                         FT_EXIT_USAGE);
        if (!strstr(messages, cases[i].says))
            fail_msg("%s: %s", cases[i].line, messages);
        assert_non_null(strstr(messages, "--help"));
        assert_null(strstr(messages, "/usr/sbin"));
    }
}

static void
test_table(void **state)
{
    (void)state;
    for (size_t i = 0; ft_commands[i]; i++) {
        const struct ft_command *command = ft_commands[i];

        assert_true(command->run && command->name && command->usage);
        assert_ptr_equal(ft_command_find(ft_commands, command->name), command);
        assert_true(command->summary[strlen(command->summary) - 1] != '.');
        for (const struct ft_option *o = command->options; o && o->name; o++) {
            assert_true(o->offset < sizeof(struct ft_cli_options));
            assert_true((o->kind == FT_OPTION_FLAG) == (o->argument == NULL));
            for (const struct ft_option *g = ft_global_options; g->name; g++) {
                assert_string_not_equal(o->name, g->name);
                assert_true(!o->letter || o->letter != g->letter);
            }
        }
    }
}

static void
test_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(ft_exit_from_errno(0), 0);
    assert_int_equal(ft_exit_from_errno(-ENOENT), 3);
    assert_int_equal(ft_exit_from_errno(EPERM), 5);
    assert_int_equal(ft_exit_from_errno(-EKEYREJECTED), 5);
    assert_int_equal(ft_exit_from_errno(-EACCES), 6);
    assert_int_equal(ft_exit_from_errno(-EBADMSG), 10);
    assert_int_equal(ft_exit_from_errno(-EHOSTUNREACH), 20);
    assert_int_equal(ft_exit_from_errno(-ECONNREFUSED), 20);
    assert_int_equal(ft_exit_from_errno(-ETIMEDOUT), 21);
    assert_int_equal(ft_exit_from_errno(-EPROTO), 22);
    assert_int_equal(ft_exit_from_errno(-EINTR), 130);
    assert_int_equal(ft_exit_from_errno(-EIO), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verbs),        cmocka_unit_test(test_options),
        cmocka_unit_test(test_usage_errors), cmocka_unit_test(test_table),
        cmocka_unit_test(test_exit_codes),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    free(messages);
    return failed;
}
