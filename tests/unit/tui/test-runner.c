/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program run by itself: lines, both outputs, its end, and its going on. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/tui/runner.h"
#include "ui/work/ask.h"

#define DEADLINE_MS 20000

struct heard {
    size_t lines, errors, bytes;
    char last[64], last_error[64];
};

static void
on_line(void *data, const char *line, bool error)
{
    struct heard *heard = data;

    heard->bytes += strlen(line);
    *(error ? &heard->errors : &heard->lines) += 1;
    snprintf(error ? heard->last_error : heard->last, 64, "%s", line);
}

static int
run_to_its_end(struct ft_run *run, struct heard *heard)
{
    int status = -1;

    while (!ft_run_ended(run, &status)) {
        struct pollfd polls[2];

        ft_run_poll(run, polls);
        assert_true(
            poll(polls, 2,
                 polls[0].fd < 0 && polls[1].fd < 0 ? 10 : DEADLINE_MS) >= 0);
        ft_run_read(run, on_line, heard);
    }
    return status;
}

static void
test_lines_and_status(void **state)
{
    const char *arguments[] = { "say", "one", "two", NULL };
    struct heard heard = { 0 };
    struct ft_run *run;

    (void)state;
    assert_int_equal(ft_run_start(arguments, &run, NULL), 0);
    assert_int_equal(run_to_its_end(run, &heard), 3);
    assert_int_equal(heard.lines, 2);
    assert_string_equal(heard.last, "two");
    assert_int_equal(heard.errors, 1);
    assert_string_equal(heard.last_error, "no newline at the end");
    ft_run_close(run);
}

static void
test_long_lines(void **state)
{
    const char *arguments[] = { "long", NULL };
    struct heard heard = { 0 };
    struct ft_run *run;

    (void)state;
    assert_int_equal(ft_run_start(arguments, &run, NULL), 0);
    assert_int_equal(run_to_its_end(run, &heard), 0);
    /* a MiB came whole, what was beyond the limit did not come */
    assert_int_equal(heard.lines, 2);
    assert_int_equal(heard.bytes, (1 << 20) + 5);
    assert_string_equal(heard.last, "after");
    ft_run_close(run);
}

static void
test_an_interrupt_arrives(void **state)
{
    const char *arguments[] = { "wait", NULL };
    struct heard heard = { 0 };
    struct ft_run *run;
    struct pollfd polls[2];

    (void)state;
    signal(SIGINT, SIG_IGN); /* as for a shell's background job */
    assert_int_equal(ft_run_start(arguments, &run, NULL), 0);
    ft_run_poll(run, polls);
    assert_true(poll(polls, 2, DEADLINE_MS) > 0);
    ft_run_read(run, on_line, &heard);
    assert_string_equal(heard.last, "waiting");
    ft_run_interrupt(run);
    assert_int_equal(run_to_its_end(run, &heard), 128 + SIGINT);
    ft_run_close(run);
}

static void
test_a_question_is_answered(void **state)
{
    const char *arguments[] = { "ask", NULL };
    char prompt[FT_ASK_PROMPT_MAX];
    struct heard heard = { 0 };
    struct pollfd question;
    struct ft_run *run;
    unsigned asked = 9;

    (void)state;
    assert_int_equal(ft_run_start(arguments, &run, NULL), 0);
    question = (struct pollfd){ ft_run_question(run), POLLIN, 0 };
    assert_int_equal(poll(&question, 1, DEADLINE_MS), 1);
    assert_int_equal(ft_ask_take(question.fd, &asked, prompt), 0);
    assert_int_equal(asked, 0);
    assert_string_equal(prompt, "Password of root at h1: ");
    assert_int_equal(ft_ask_answer(question.fd, "sesame"), 0);
    assert_int_equal(run_to_its_end(run, &heard), 0);
    assert_string_equal(heard.last, "sesame");
    ft_run_hush(run);
    assert_int_equal(ft_run_question(run), -1);
    ft_run_close(run);
}

static void
test_too_many_arguments(void **state)
{
    const char *arguments[FT_RUN_ARGUMENTS_MAX + 2];
    struct ft_run *run;

    (void)state;
    for (size_t i = 0; i <= FT_RUN_ARGUMENTS_MAX; i++)
        arguments[i] = "x";
    arguments[FT_RUN_ARGUMENTS_MAX + 1] = NULL;
    assert_int_equal(ft_run_start(arguments, &run, NULL), -E2BIG);
    assert_null(run);
    ft_run_close(NULL);
}

static void
put(char c, size_t times)
{
    while (times--)
        putchar(c);
    putchar('\n');
}

/* What is run, in place of ftadmin. */
static int
be_the_program(int argc, char **argv)
{
    if (!strcmp(argv[1], "say")) {
        for (int i = 2; i < argc; i++)
            puts(argv[i]);
        fputs("no newline at the end", stderr);
        return 3;
    }
    if (!strcmp(argv[1], "long")) {
        put('x', 1 << 20);
        put('y', (size_t)FT_RUN_LINE_MAX + 100000);
        puts("after");
        return 0;
    }
    if (!strcmp(argv[1], "ask")) {
        char secret[64];
        int rc = ft_ask(ft_ask_inherited(), 0,
                        "Password of root at h1: ", secret, sizeof(secret));

        puts(secret);
        return rc != 0;
    }
    puts("waiting");
    fflush(stdout);
    for (;;)
        pause();
}

int
main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_and_status),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_an_interrupt_arrives),
        cmocka_unit_test(test_a_question_is_answered),
        cmocka_unit_test(test_too_many_arguments),
    };

    if (argc > 1)
        return be_the_program(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
