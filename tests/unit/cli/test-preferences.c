/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ftadmin.conf(5): who wins, and what is said of a file that is wrong. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/cli/commands.h"
#include "ui/cli/parse.h"
#include "ui/cli/preferences.h"
#include "ui/work/ask.h"

static char folder[] = "/tmp/ft-preferences-XXXXXX";
static char path[200];
static char *messages;
static struct ft_cli cli;

/* A file of this text, and a command line of words. */
static void
run(const char *text, const char *line)
{
    static char copy[256], program[] = "ftadmin";
    static char *words[16];
    char *save = NULL;
    size_t size;
    FILE *file = fopen(path, "w");
    int argc = 1;
    char **argv = words;

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(path, 0600);
    ft_cli_preferences_close(&cli);
    memset(&cli, 0, sizeof(cli));
    free(messages);
    cli.commands = ft_commands;
    cli.out = cli.messages = open_memstream(&messages, &size);
    snprintf(copy, sizeof(copy), "%s", line);
    words[0] = program;
    for (char *word = strtok_r(copy, " ", &save); word;
         word = strtok_r(NULL, " ", &save))
        words[argc++] = word;
    words[argc] = NULL;
    assert_int_equal(ft_cli_parse(&cli, &argc, &argv), FT_EXIT_OK);
    ft_cli_preferences_apply(&cli);
    fclose(cli.messages);
}

static void
test_sections(void **state)
{
    static const char text[] = "# mine\n"
                               "timeout = 20\n"
                               "identity = ~/.ssh/ft\n"
                               "\n"
                               " [ protect ] \n"
                               "witness=w1\n"
                               "silence = 500\r\n"
                               "timeout = 30\n"
                               "[host add]\n"
                               "user = ops\n"
                               "[console]\n"
                               "ascii = yes\n"
                               "mono = off\n";
    const char *home = getenv("HOME");
    char key[300];

    (void)state;
    setenv("HOME", "/home/ops", 1);
    run(text, "protect vm1");
    assert_string_equal(messages, "");
    assert_int_equal(cli.options.timeout_s, 30);
    assert_string_equal(cli.options.witness, "w1");
    assert_int_equal(cli.options.silence_ms, 500);
    assert_null(cli.options.user);
    assert_false(cli.options.ascii);
    snprintf(key, sizeof(key), "/home/ops/.ssh/ft");
    assert_string_equal(cli.options.identity, key);
    run(text, "host add h1");
    assert_string_equal(cli.options.user, "ops");
    assert_int_equal(cli.options.timeout_s, 20);
    assert_null(cli.options.witness);
    run(text, "console");
    assert_true(cli.options.ascii);
    assert_false(cli.options.mono);
    if (home)
        setenv("HOME", home, 1);
}

static void
test_the_command_line_wins(void **state)
{
    static const char text[] =
        "timeout = 20\n[protect]\nwitness = w1\ntimeout = 30\n";

    (void)state;
    run(text, "protect vm1 --witness w2 --timeout 5");
    assert_string_equal(cli.options.witness, "w2");
    assert_int_equal(cli.options.timeout_s, 5);
    run(text, "--timeout 6 protect vm1");
    assert_int_equal(cli.options.timeout_s, 6);
    run(text, "protect vm1 -w none");
    assert_string_equal(cli.options.witness, "none");
    run(text, "--config /dev/null protect vm1");
    assert_null(cli.options.witness);
    assert_int_equal(cli.options.timeout_s, 0);
}

static void
test_what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *text, *said;
    } all[] = {
        { "colour = no\n", ":1: no option \"colour\" in [all]" },
        { "\n[protect]\nsilence = 5\n",
          ":3: silence is a whole number from 50 to 60000, not \"5\"" },
        { "[console]\nascii = maybe\n",
          ":2: ascii is yes or no, not \"maybe\"" },
        { "[fly]\nx = 1\n", ":1: no command \"fly\"" },
        { "[protect\n", ":1: a section is" },
        { "just words\n", ":1: neither [SECTION] nor KEY = VALUE" },
        { "identity =\n", ":1: identity needs a value" },
        { "yes = yes\n", ":1: yes is said each time" },
        { "[protect]\nuser = x\n", ":2: no option \"user\" in [protect]" },
        { "tim\033[2Jeout = 3\n", ":1: no option \"tim\\x1b[2Jeout\"" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(all); i++) {
        char whole[400];

        run(all[i].text, "status");
        snprintf(whole, sizeof(whole), "%s%s", path, all[i].said);
        if (!strstr(messages, whole))
            fail_msg("\"%s\" is not in \"%s\"", whole, messages);
        assert_non_null(strstr(cli.config_trouble, all[i].said));
    }
    /* the good lines of a bad file count, and it is not said for ever */
    run("a=1\nb=1\nc=1\nd=1\ne=1\nf=1\ng=1\ntimeout = 7\n", "status");
    assert_int_equal(cli.options.timeout_s, 7);
    assert_non_null(strstr(messages, "and 2 more"));
    assert_null(strstr(messages, "\"f\""));
}

static void
test_a_file_of_others_is_not_read(void **state)
{
    (void)state;
    run("timeout = 7\n", "status");
    assert_int_equal(cli.options.timeout_s, 7);
    chmod(path, 0666);
    free(messages);
    messages = NULL;
    {
        size_t size;
        int code;

        ft_cli_preferences_close(&cli);
        memset(&cli, 0, sizeof(cli));
        cli.commands = ft_commands;
        cli.messages = open_memstream(&messages, &size);
        ft_cli_preferences_apply(&cli);
        code = fclose(cli.messages);
        assert_int_equal(code, 0);
    }
    assert_int_equal(cli.options.timeout_s, 0);
    assert_non_null(strstr(messages, "others can write it"));
}

static void
test_none_and_a_missing_one(void **state)
{
    (void)state;
    run("", "--config /nonexistent/file status");
    assert_non_null(strstr(messages, "it cannot be read"));
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    run("timeout = 3\n", "status");
    assert_string_equal(messages, "");
    assert_int_equal(cli.options.timeout_s, 0);
    setenv("XDG_CONFIG_HOME", folder, 1);
}

/* The console has said it before it began this command. */
static void
test_a_command_of_the_console_is_quiet(void **state)
{
    (void)state;
    setenv(FT_ASK_ENVIRONMENT, "3", 1);
    run("colour = no\ntimeout = 9\n", "status");
    assert_string_equal(messages, "");
    assert_int_equal(cli.options.timeout_s, 9);
    unsetenv(FT_ASK_ENVIRONMENT);
}

static void
test_odd_files(void **state)
{
    static char large[80 << 10];
    char line[3000] = "identity = ";

    (void)state;
    memset(large, '\n', sizeof(large) - 1);
    run(large, "status");
    assert_non_null(strstr(messages, "larger than"));
    memset(line + strlen(line), 'x', 2000);
    run(line, "status");
    assert_non_null(strstr(messages, "the line is longer"));
    run("[]\n=\n[all]\n==\n[\n]\n \t \n", "status");
    run("timeout = 99999999999999999999\n", "status");
    assert_int_equal(cli.options.timeout_s, 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_the_command_line_wins),
        cmocka_unit_test(test_what_is_wrong_is_said),
        cmocka_unit_test(test_a_file_of_others_is_not_read),
        cmocka_unit_test(test_none_and_a_missing_one),
        cmocka_unit_test(test_a_command_of_the_console_is_quiet),
        cmocka_unit_test(test_odd_files),
    };
    char inner[128];
    int failed;

    unsetenv(FT_ASK_ENVIRONMENT);
    if (!mkdtemp(folder))
        return 1;
    setenv("XDG_CONFIG_HOME", folder, 1);
    snprintf(inner, sizeof(inner), "%s/ftadmin", folder);
    mkdir(inner, 0700);
    snprintf(path, sizeof(path), "%s/config", inner);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ft_cli_preferences_close(&cli);
    free(messages);
    unlink(path);
    rmdir(inner);
    rmdir(folder);
    return failed;
}
