/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors for people: never longer than their place, never without a code.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include "base/error.h"

static void
test_fail(void **state)
{
    struct ft_error err;

    (void)state;
    memset(&err, 'x', sizeof(err));
    assert_int_equal(ft_fail(&err, ENOSPC, "Make room.", "%s is full, %d left",
                             "disk", 3),
                     -ENOSPC);
    assert_int_equal(err.code, ENOSPC);
    assert_null(err.kind);
    assert_string_equal(err.text, "disk is full, 3 left");
    assert_string_equal(err.hint, "Make room.");
    /* the next failure's hint is not the last one's */
    assert_int_equal(ft_fail(&err, EIO, NULL, "broken"), -EIO);
    assert_string_equal(err.text, "broken");
    assert_string_equal(err.hint, "");
    assert_int_equal(ft_fail(NULL, EIO, "x", "%s", "y"), -EIO);
}

static void
test_too_long(void **state)
{
    struct {
        struct ft_error err;
        char behind[16];
    } place;
    char text[2000];

    (void)state;
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    memset(&place, 'x', sizeof(place));
    ft_fail(&place.err, EIO, text, "%s", text);
    assert_int_equal(strlen(place.err.text), sizeof(place.err.text) - 1);
    assert_int_equal(strlen(place.err.hint), sizeof(place.err.hint) - 1);
    assert_int_equal(place.behind[0], 'x');
    /* a prefix pushes the end out, not the beginning */
    assert_int_equal(ft_error_prefix(&place.err, "host %s", "h1"), -EIO);
    assert_memory_equal(place.err.text, "host h1: aaa", 12);
    assert_int_equal(strlen(place.err.text), sizeof(place.err.text) - 1);
    assert_int_equal(place.behind[0], 'x');
    /* one that fills all of it leaves nothing behind */
    memset(text, 'b', sizeof(text) - 1);
    assert_int_equal(ft_error_prefix(&place.err, "%s", text), -EIO);
    assert_int_equal(strlen(place.err.text), sizeof(place.err.text) - 1);
    assert_null(strchr(place.err.text, 'a'));
    assert_int_equal(place.behind[0], 'x');
}

static void
test_prefix(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_fail(&err, ENOENT, "Look again.", "no such VM");
    assert_int_equal(ft_error_prefix(&err, "host %s", "h1"), -ENOENT);
    assert_string_equal(err.text, "host h1: no such VM");
    assert_string_equal(err.hint, "Look again.");
    assert_int_equal(ft_error_prefix(&err, "protect"), -ENOENT);
    assert_string_equal(err.text, "protect: host h1: no such VM");
    /* a failure stays one, also when nobody said which */
    err.code = 0;
    assert_int_equal(ft_error_prefix(&err, "x"), -EIO);
    assert_int_equal(ft_error_prefix(NULL, "x"), -EIO);
}

static void
test_hint(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_fail(&err, ENOENT, NULL, "no such VM");
    ft_error_hint(&err, "Look again.");
    assert_string_equal(err.hint, "Look again.");
    ft_error_hint(&err, "Something else.");
    assert_string_equal(err.hint, "Look again.");
    ft_error_hint(NULL, "x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_hint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
