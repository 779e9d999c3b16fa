/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The classes of what keeps one from a host: each its own word, each with
 * something to do about it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "remote/reach.h"

static void
test_words(void **state)
{
    (void)state;
    for (int i = 1; i < FT_REACH_COUNT; i++) {
        enum ft_reach reach = (enum ft_reach)i;

        assert_int_equal(ft_reach_from_word(ft_reach_word(reach)), reach);
        assert_true(*ft_reach_sentence(reach) != '\0');
        assert_true(*ft_reach_hint(reach) != '\0');
        assert_true(ft_reach_code(reach) > 0);
    }
    assert_string_equal(ft_reach_word(FT_REACH_NONE), "");
    assert_string_equal(ft_reach_word((enum ft_reach)999), "");
    assert_int_equal(ft_reach_from_word(NULL), FT_REACH_NONE);
    assert_int_equal(ft_reach_from_word(""), FT_REACH_NONE);
    assert_int_equal(ft_reach_from_word("key"), FT_REACH_NONE);
    assert_string_equal(ft_reach_word(FT_REACH_KEY_UNKNOWN), "key-unknown");
}

static void
test_fail(void **state)
{
    struct ft_error err;

    (void)state;
    assert_int_equal(ft_reach_fail(&err, FT_REACH_KEY_CHANGED, NULL, "%s", "h1"),
                     -EKEYREJECTED);
    assert_int_equal(ft_reach_of(&err), FT_REACH_KEY_CHANGED);
    assert_string_equal(err.hint, ft_reach_hint(FT_REACH_KEY_CHANGED));
    assert_int_equal(ft_reach_fail(&err, FT_REACH_LOST, "Wait.", "%s", "h1"),
                     -EPIPE);
    assert_string_equal(err.hint, "Wait.");
    /* what is told further keeps it, another failure does not */
    ft_error_prefix(&err, "looking");
    assert_int_equal(ft_reach_of(&err), FT_REACH_LOST);
    ft_fail(&err, EPIPE, NULL, "another");
    assert_int_equal(ft_reach_of(&err), FT_REACH_NONE);
    assert_int_equal(ft_reach_fail(NULL, FT_REACH_LOST, NULL, "x"), -EPIPE);
}

/* A login that fails is not tried again and again: accounts get locked. */
static void
test_retries(void **state)
{
    (void)state;
    assert_true(ft_reach_may_retry(FT_REACH_TIMEOUT));
    assert_true(ft_reach_may_retry(FT_REACH_REFUSED));
    assert_true(ft_reach_may_retry(FT_REACH_ENGINE_MISSING));
    assert_false(ft_reach_may_retry(FT_REACH_LOGIN_REFUSED));
    assert_false(ft_reach_may_retry(FT_REACH_KEY_CHANGED));
    assert_false(ft_reach_may_retry(FT_REACH_KEY_UNKNOWN));
}

static void
test_ends(void **state)
{
    static const struct {
        int status;
        const char *errors, *said;
        enum ft_reach reach;
    } cases[] = {
        { 1, "sudo: a password is required", "", FT_REACH_NO_SUDO },
        { 127, "sh: 1: sudo: not found", NULL, FT_REACH_NO_SUDO },
        { 127, "sh: 1: /usr/local/lib/ftadmin/ftengine: not found", "",
          FT_REACH_ENGINE_MISSING },
        { 126, NULL, NULL, FT_REACH_ENGINE_MISSING },
        { 1, "ftengine: the daemon does not answer on /run/x", NULL,
          FT_REACH_ENGINE_REFUSED },
        { 1, "", "This account is currently not available.",
          FT_REACH_SHELL_UNUSABLE },
        { 1, "", "", FT_REACH_SHELL_UNUSABLE }, /* /bin/false */
        { 128, "fatal: unrecognized command", "", FT_REACH_LOST },
        { 0, "", "", FT_REACH_LOST },
        { -1, "", "", FT_REACH_LOST },
        { 137, "", "", FT_REACH_LOST },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++)
        assert_int_equal(ft_reach_of_end(cases[i].status, cases[i].errors,
                                         cases[i].said),
                         cases[i].reach);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_fail),
        cmocka_unit_test(test_retries),
        cmocka_unit_test(test_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
