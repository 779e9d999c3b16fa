/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ui/model/pace.h"

#define MS FT_NS_PER_MS

static void
test_what_has_happened_is_shown_soon(void **state)
{
    (void)state;
    assert_int_equal(ft_pace_picture_ns(true, 0), 250 * MS);
    assert_int_equal(ft_pace_picture_ns(true, 100 * MS), 250 * MS);
    assert_int_equal(ft_pace_picture_ns(true, INT64_MAX), 250 * MS);
}

static void
test_figures_cost_a_share_at_most(void **state)
{
    (void)state;
    assert_int_equal(ft_pace_picture_ns(false, 0), 1000 * MS);
    assert_int_equal(ft_pace_picture_ns(false, 2 * MS), 1000 * MS);
    assert_int_equal(ft_pace_picture_ns(false, 8 * MS), 3200 * MS);
    assert_int_equal(ft_pace_picture_ns(false, 100 * MS), 5000 * MS);
    assert_int_equal(ft_pace_picture_ns(false, INT64_MAX), 5000 * MS);
}

static void
test_a_slow_line_is_drawn_on_twice_a_second(void **state)
{
    (void)state;
    assert_int_equal(ft_pace_draw_ns(0, 0), 100 * MS);
    assert_int_equal(ft_pace_draw_ns(38400, MS), 100 * MS); /* a pty says so */
    assert_int_equal(ft_pace_draw_ns(9600, 0), 500 * MS);
    assert_int_equal(ft_pace_draw_ns(300, 0), 500 * MS);
    assert_int_equal(ft_pace_draw_ns(38400, 60 * MS), 500 * MS);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_has_happened_is_shown_soon),
        cmocka_unit_test(test_figures_cost_a_share_at_most),
        cmocka_unit_test(test_a_slow_line_is_drawn_on_twice_a_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
