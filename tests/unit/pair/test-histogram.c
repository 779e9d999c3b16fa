/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Percentiles against the sorted truth. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "pair/histogram.h"

static struct ft_histogram histogram;

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void
empty(void **state)
{
    (void)state;
    ft_histogram_reset(&histogram);
    assert_int_equal(ft_histogram_count(&histogram), 0);
    assert_int_equal(ft_histogram_max(&histogram), 0);
    assert_int_equal(ft_histogram_percentile(&histogram, 50), 0);
}

static void
bounds(void **state)
{
    static const int64_t values[] = { 0,        1,  15, 16,   17,
                                      31,       32, 33, 1000, INT64_MAX / 2,
                                      INT64_MAX };

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        ft_histogram_reset(&histogram);
        ft_histogram_add(&histogram, values[i]);
        /* a single value is its own greatest, so every percentile is exact */
        assert_int_equal(ft_histogram_percentile(&histogram, 0), values[i]);
        assert_int_equal(ft_histogram_percentile(&histogram, 50), values[i]);
        assert_int_equal(ft_histogram_percentile(&histogram, 100), values[i]);
    }
    ft_histogram_reset(&histogram);
    ft_histogram_add(&histogram, -5);
    assert_int_equal(ft_histogram_percentile(&histogram, 50), 0);
    assert_int_equal(ft_histogram_count(&histogram), 1);
}

/* Every value below 4096 and around every power of two: at most 1/16 above. */
static void
error_is_bounded(void **state)
{
    (void)state;
    for (int64_t value = 0; value < INT64_MAX / 4;
         value = value < 4096 ? value + 1 : value + value / 7 + 1) {
        int64_t found;

        ft_histogram_reset(&histogram);
        ft_histogram_add(&histogram, value);
        ft_histogram_add(&histogram, INT64_MAX);
        found = ft_histogram_percentile(&histogram, 50);
        assert_true(found >= value);
        assert_true(found - value <= value / 16);
    }
}

static void
like_sorting(void **state)
{
    enum { COUNT = 5000 };
    static int64_t values[COUNT];
    static const double percents[] = { 0, 1, 50, 90, 99, 99.9, 100 };

    (void)state;
    srandom(1);
    ft_histogram_reset(&histogram);
    for (int i = 0; i < COUNT; i++) {
        values[i] = random() >> (random() % 30);
        ft_histogram_add(&histogram, values[i]);
    }
    qsort(values, COUNT, sizeof(values[0]), compare);
    for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
        double rank = COUNT * percents[i] / 100.0;
        int at = (int)rank - ((double)(int)rank >= rank ? 1 : 0);
        int64_t truth, found;

        if (at < 0)
            at = 0;
        truth = values[at];
        found = ft_histogram_percentile(&histogram, percents[i]);

        assert_true(found >= truth);
        assert_true(found - truth <= truth / 16);
    }
    assert_int_equal(ft_histogram_max(&histogram), values[COUNT - 1]);
}

static void
windows_forget(void **state)
{
    (void)state;
    ft_histogram_reset(&histogram);
    ft_histogram_add(&histogram, 1000000);
    ft_histogram_turn(&histogram);
    ft_histogram_add(&histogram, 10);
    assert_int_equal(ft_histogram_count(&histogram), 2);
    assert_int_equal(ft_histogram_max(&histogram), 1000000);
    ft_histogram_turn(&histogram);
    assert_int_equal(ft_histogram_count(&histogram), 1);
    assert_int_equal(ft_histogram_max(&histogram), 10);
    ft_histogram_turn(&histogram);
    assert_int_equal(ft_histogram_count(&histogram), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(bounds),
        cmocka_unit_test(error_is_bounded),
        cmocka_unit_test(like_sorting),
        cmocka_unit_test(windows_forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
