/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "pair/console-watch.h"

static const struct {
    const char *pattern, *shown;
    bool seen;
} rows[] = {
    { "login:", "vm1 login: ", true },
    { "login:", "vm1 login", false },
    { "login:", "\r\nDebian\r\n\r\nvm1 login: ", true },
    { "login:", "log\nin:", false },
    { "login:", "log\rin:", true },
    { "a", "", false },
    { "a", "a", true },
    { "ab", "aab", true },
    { "aab", "aaab", true },
    { "vm? login", "vm1 login:", true },
    { "vm?login", "vmlogin", false },
    { "a?", "a", false },
    { "Reached*Multi-User", "[  OK  ] Reached target Multi-User System.\n",
      true },
    { "Reached*Multi-User", "Reached\nMulti-User", false },
    { "Reached*Multi-User", "Multi-User Reached", false },
    { "*login*", "a login: ", true },
    { "a**b", "axxb", true },
    { "a*b*c", "a b b a c", true },
    { "a*b*c", "a c b", false },
    { "a*aab", "aaaaab", true },
    { "what?", "what?", true },
    { "*#", "/ # ", true },
    { "OK*Up", "[\033[32m  OK  \033[0m] Up", true },
    { "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f dich", true },
};

/* However it comes: all at once, or byte by byte. */
static void
test_patterns(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(rows); i++) {
        size_t size = strlen(rows[i].shown);
        struct ft_console_watch whole, bytes;

        ft_console_watch_begin(&whole, rows[i].pattern);
        ft_console_watch_take(&whole, rows[i].shown, size);
        ft_console_watch_begin(&bytes, rows[i].pattern);
        for (size_t k = 0; k < size; k++)
            ft_console_watch_take(&bytes, rows[i].shown + k, 1);
        if (whole.seen != rows[i].seen || bytes.seen != rows[i].seen)
            fail_msg("'%s' in '%s': %d, %d", rows[i].pattern, rows[i].shown,
                     whole.seen, bytes.seen);
    }
}

/* Once seen it stays so. */
static void
test_stays(void **state)
{
    struct ft_console_watch w;

    (void)state;
    ft_console_watch_begin(&w, "login:");
    ft_console_watch_take(&w, "login:\n", 7);
    ft_console_watch_take(&w, "other\n", 6);
    assert_true(w.seen);
}

/* A line without an end is kept within bounds, and looked through all the same. */
static void
test_long_line(void **state)
{
    struct ft_console_watch w;
    char part[100];

    (void)state;
    memset(part, '.', sizeof(part));
    for (unsigned before = 0; before < 3 * FT_CONSOLE_LINE_MAX; before += 7) {
        ft_console_watch_begin(&w, "here: ?*end");
        for (unsigned n = before; n;) {
            unsigned some = FT_MIN(n, (unsigned)sizeof(part));

            ft_console_watch_take(&w, part, some);
            n -= some;
        }
        assert_false(w.seen);
        ft_console_watch_take(&w, "here: the", 9);
        for (int i = 0; i < 4; i++)
            ft_console_watch_take(&w, part, sizeof(part));
        assert_false(w.seen);
        ft_console_watch_take(&w, " end", 4);
        if (!w.seen)
            fail_msg("not seen behind %u bytes", before);
        assert_true(w.used <= sizeof(w.line));
    }
}

/* The pattern that would take longest, over the line that would: all *, and a near miss. */
static void
test_takes_no_time(void **state)
{
    struct ft_console_watch w;
    char pattern[FT_CONSOLE_PATTERN_MAX + 1], line[FT_CONSOLE_LINE_MAX];

    (void)state;
    memset(line, 'a', sizeof(line));
    for (size_t i = 0; i < FT_CONSOLE_PATTERN_MAX; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    pattern[FT_CONSOLE_PATTERN_MAX - 1] = 'b';
    pattern[FT_CONSOLE_PATTERN_MAX] = '\0';
    ft_console_watch_begin(&w, pattern);
    for (int i = 0; i < 100; i++)
        ft_console_watch_take(&w, line, sizeof(line));
    assert_false(w.seen);
}

static void
test_checks(void **state)
{
    static const char *const bad[] = {
        "", "*", "***", "a\nb", "\033[0m", "\x7f"
    };
    struct ft_error err = FT_ERROR_INIT;
    char pattern[FT_CONSOLE_PATTERN_MAX + 2];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++)
        assert_int_equal(ft_console_pattern_check(bad[i], &err), -EINVAL);
    for (size_t i = 0; i < FT_ARRAY_SIZE(rows); i++)
        assert_int_equal(ft_console_pattern_check(rows[i].pattern, &err), 0);
    memset(pattern, 'a', sizeof(pattern));
    pattern[FT_CONSOLE_PATTERN_MAX + 1] = '\0';
    assert_int_equal(ft_console_pattern_check(pattern, &err), -EINVAL);
    pattern[FT_CONSOLE_PATTERN_MAX] = '\0';
    assert_int_equal(ft_console_pattern_check(pattern, &err), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),  cmocka_unit_test(test_stays),
        cmocka_unit_test(test_long_line), cmocka_unit_test(test_takes_no_time),
        cmocka_unit_test(test_checks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
