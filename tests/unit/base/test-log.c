/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: one line a message, whatever is in it, in files that end.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include "base/log.h"

static int
open_log(void **state)
{
    (void)state;
    unlink("log");
    unlink("log.1");
    return ft_log_open("log", "tester", FT_LOG_INFO);
}

/* What the one line of the log says behind time, level and process. */
static char *
only_message(void)
{
    char *text = get_file("log", NULL), *message;
    size_t n = strlen(text);

    assert_true(n > 0 && text[n - 1] == '\n');
    assert_ptr_equal(strchr(text, '\n'), text + n - 1);
    text[n - 1] = '\0';
    message = strstr(text, "] ");
    assert_non_null(message);
    message = strdup(message + 2);
    free(text);
    return message;
}

static void
test_line(void **state)
{
    char *text, *end, expected[100];

    (void)state;
    ft_log(FT_LOG_WARN, "disk %d is %s", 3, "full");
    ft_log(FT_LOG_DEBUG, "not asked for");
    text = get_file("log", NULL);
    snprintf(expected, sizeof(expected), "Z WARN  tester[%d] disk 3 is full\n",
             (int)getpid());
    assert_in(text, expected);
    end = strstr(text, expected);
    assert_true(end && !end[strlen(expected)]); /* and nothing more */
    free(text);
    assert_int_equal(mode_of("log"), 0600);
}

static void
test_error(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char *message;

    (void)state;
    ft_fail(&err, EIO, "Do this.", "it broke");
    ft_log_error(&err, "vm1");
    message = only_message();
    assert_string_equal(message, "vm1: it broke; Do this.");
    free(message);
    open_log(NULL);
    ft_fail(&err, EIO, NULL, "it broke");
    ft_log_error(&err, "vm1");
    message = only_message();
    assert_string_equal(message, "vm1: it broke");
    free(message);
}

static void
test_long_line_is_cut(void **state)
{
    static const int sizes[] = { 1900, 2000, 2010, 2048, 5000 };
    char text[5001];

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        char *message;

        open_log(NULL);
        memset(text, 'a', sizeof(text));
        text[sizes[i]] = '\0';
        ft_log(FT_LOG_INFO, "%s", text);
        message = only_message();
        assert_true(strlen(message) <= (size_t)sizes[i]);
        assert_true(strlen(message) > 1800);
        free(message);
    }
}

/* Texts come from peers, guests and QEMU: none may look like two lines. */
static void
test_text_of_others_is_one_line(void **state)
{
    char *message;

    (void)state;
    ft_log(FT_LOG_INFO, "%s",
           "sorry\n2026-01-01T00:00:00.000Z ERROR tester[1] all is lost\r\x1b[2J"
           "\x7f h\xc3\xa9\tend");
    message = only_message();
    assert_null(strpbrk(message, "\n\r\x1b\x7f"));
    assert_in(message, "sorry 2026-");
    assert_in(message, "h\xc3\xa9 end");
    free(message);
}

static void
test_turns_at_its_limit(void **state)
{
    struct stat st;

    (void)state;
    ft_log(FT_LOG_INFO, "old");
    assert_int_equal(truncate("log", FT_LOG_LIMIT - 1), 0);
    ft_log(FT_LOG_INFO, "still there");
    assert_false(is_there("log.1"));
    ft_log(FT_LOG_INFO, "new");
    assert_int_equal(stat("log.1", &st), 0);
    assert_true(st.st_size >= FT_LOG_LIMIT);
    free(only_message());
    assert_int_equal(mode_of("log"), 0600);
    /* and the one before that is forgotten */
    assert_int_equal(truncate("log", FT_LOG_LIMIT + 5), 0);
    ft_log(FT_LOG_INFO, "newest");
    assert_int_equal(stat("log.1", &st), 0);
    assert_int_equal(st.st_size, FT_LOG_LIMIT + 5);
    free(only_message());
}

/* However many come. */
static void
test_strangers_get_one_line(void **state)
{
    int lines = 0;

    (void)state;
    for (int i = 0; i < 100000; i++)
        lines += ft_log_of_strangers();
    assert_int_equal(lines, 1);
}

static void
test_cannot_be_opened(void **state)
{
    (void)state;
    assert_int_equal(ft_log_open("no/such/folder/log", "x", FT_LOG_INFO),
                     -ENOENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_line, open_log),
        cmocka_unit_test_setup(test_error, open_log),
        cmocka_unit_test_setup(test_long_line_is_cut, open_log),
        cmocka_unit_test_setup(test_text_of_others_is_one_line, open_log),
        cmocka_unit_test(test_strangers_get_one_line),
        cmocka_unit_test_setup(test_turns_at_its_limit, open_log),
        cmocka_unit_test(test_cannot_be_opened),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
