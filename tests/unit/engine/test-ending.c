/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/ending.h"

#define S FT_NS_PER_S
#define BEGIN (100 * S)

static void
test_words(void **state)
{
    (void)state;
    assert_int_equal(ft_ending_of("role"), FT_ENDING_AGAIN);
    assert_int_equal(ft_ending_of("removed"), FT_ENDING_REMOVED);
    assert_int_equal(ft_ending_of("gave-up"), FT_ENDING_GAVE_UP);
    assert_int_equal(ft_ending_of("drained"), FT_ENDING_DRAINED);
    assert_int_equal(ft_ending_of(""), FT_ENDING_CRASH);
    assert_int_equal(ft_ending_of("of a newer engine"), FT_ENDING_CRASH);
    assert_true(ft_ending_rests(FT_ENDING_GAVE_UP));
    assert_true(ft_ending_rests(FT_ENDING_DRAINED));
    assert_false(ft_ending_rests(FT_ENDING_CRASH));
    assert_false(ft_ending_rests(FT_ENDING_AGAIN));
}

/* The first time at once; and with the sixth within a minute no more. */
static void
test_crashes(void **state)
{
    static const int again_ms[] = { 1, 400, 600, 800, 1000, 2000, 2000 };
    struct ft_crashes crashes = { 0 };
    int ms;

    (void)state;
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(ft_crashes_add(&crashes, BEGIN + i * 10 * S, &ms),
                         i >= 5);
        assert_int_equal(ms, again_ms[i]);
    }
    assert_false(ft_crashes_add(&crashes, BEGIN + 61 * S, &ms));
    assert_int_equal(ms, 1);
}

/* One a minute is none too many, for ever. */
static void
test_rare_crashes(void **state)
{
    struct ft_crashes crashes = { 0 };
    int ms;

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        assert_false(ft_crashes_add(&crashes, BEGIN + i * 61 * S, &ms));
        assert_int_equal(ms, 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_crashes),
        cmocka_unit_test(test_rare_crashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
