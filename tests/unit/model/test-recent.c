/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What charts are drawn from: gaps stay gaps, and memory has an end. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ui/model/recent.h"

#define PAIR "00000001-bbbb-4000-8000-000000000000"
#define T INT64_C(1796000000)

static void
add(struct ft_recent *recent, const char *pair, int64_t at, double pause)
{
    struct ft_second second = { .at = at };

    ft_bucket_add(&second.metrics[FT_METRIC_PAUSE], pause);
    assert_int_equal(ft_recent_add(recent, pair, &second), 0);
}

static void
test_parts_are_means_and_gaps(void **state)
{
    struct ft_recent *recent = ft_recent_new();
    float points[4];

    (void)state;
    assert_int_equal(ft_recent_points(recent, PAIR, FT_METRIC_PAUSE, T, T + 8,
                                      4, points),
                     0);
    add(recent, PAIR, T, 2);
    add(recent, PAIR, T + 1, 4);
    add(recent, PAIR, T + 6, 8);
    assert_int_equal(ft_recent_newest(recent), T + 6);
    assert_int_equal(ft_recent_points(recent, PAIR, FT_METRIC_PAUSE, T, T + 8,
                                      4, points),
                     2);
    assert_true(points[0] == 3 && points[3] == 8);
    assert_true(points[1] < 0 && points[2] < 0);
    assert_int_equal(ft_recent_points(recent, PAIR, FT_METRIC_APPLY, T, T + 8,
                                      4, points),
                     0);
    assert_int_equal(ft_recent_points(recent, PAIR, FT_METRIC_SCAN, T, T + 8, 4,
                                      points),
                     0);
    ft_recent_free(recent);
}

static void
test_old_seconds_make_place(void **state)
{
    struct ft_recent *recent = ft_recent_new();
    float point;

    (void)state;
    add(recent, PAIR, T, 1);
    add(recent, PAIR, T + FT_RECENT_SECONDS - 1, 2);
    assert_int_equal(ft_recent_points(recent, PAIR, FT_METRIC_PAUSE, T, T + 1,
                                      1, &point),
                     1);
    add(recent, PAIR, T + FT_RECENT_SECONDS, 3);
    assert_int_equal(ft_recent_points(recent, PAIR, FT_METRIC_PAUSE, T, T + 1,
                                      1, &point),
                     0);
    add(recent, PAIR, T, 9); /* too old: left out */
    assert_int_equal(ft_recent_points(recent, PAIR, FT_METRIC_PAUSE, T, T + 1,
                                      1, &point),
                     0);
    add(recent, PAIR, T + 100 * FT_RECENT_SECONDS, 5); /* the clock leapt */
    assert_int_equal(ft_recent_points(recent, PAIR, FT_METRIC_PAUSE, T,
                                      T + 99 * FT_RECENT_SECONDS, 1, &point),
                     0);
    ft_recent_free(recent);
}

/* The mean of two, each of which a float holds: a chart divides by it. */
static void
test_means_are_numbers(void **state)
{
    struct ft_recent *recent = ft_recent_new();
    float point;

    (void)state;
    add(recent, PAIR, T, 3e38);
    add(recent, PAIR, T + 1, 3e38);
    assert_int_equal(ft_recent_points(recent, PAIR, FT_METRIC_PAUSE, T, T + 2,
                                      1, &point),
                     1);
    assert_true(isfinite(point) && point > 0);
    ft_recent_free(recent);
}

static void
test_pairs_have_a_limit(void **state)
{
    struct ft_recent *recent = ft_recent_new();
    struct ft_second second = { .at = T };
    char name[37];

    (void)state;
    for (int i = 0; i < FT_RECENT_PAIRS; i++) {
        snprintf(name, sizeof(name), "%d", i);
        add(recent, name, T, 1);
    }
    assert_int_equal(ft_recent_add(recent, PAIR, &second), -ENOSPC);
    add(recent, "7", T + 1, 1);
    ft_recent_free(recent);
    ft_recent_free(NULL);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_are_means_and_gaps),
        cmocka_unit_test(test_old_seconds_make_place),
        cmocka_unit_test(test_means_are_numbers),
        cmocka_unit_test(test_pairs_have_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
