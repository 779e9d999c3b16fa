/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ui/model/left.h"

#define SECOND INT64_C(1000000000)
#define MIB (UINT64_C(1) << 20)

static void
test_nothing_said_too_early(void **state)
{
    struct ft_left left = { .total = 0 };
    int64_t from, to;

    (void)state;
    assert_false(ft_left_range(&left, &from, &to));
    assert_int_equal(ft_left_rate(&left), 0);
    for (int i = 0; i < FT_SPREAD_SURE - 1; i++)
        ft_left_add(&left, i * SECOND, i * MIB, 100 * MIB);
    assert_false(ft_left_range(&left, &from, &to));
    assert_true(from == -1 && to == -1);
    /* Points in between make it no surer. */
    for (int i = 0; i < 100; i++)
        ft_left_add(&left, (FT_SPREAD_SURE - 2) * SECOND + i, 5 * MIB,
                    100 * MIB);
    assert_false(ft_left_range(&left, &from, &to));
}

static void
test_even_rate(void **state)
{
    struct ft_left left = { .total = 0 };
    int64_t from, to;

    (void)state;
    for (int i = 0; i <= 40; i++)
        ft_left_add(&left, i * SECOND, i * MIB, 100 * MIB);
    assert_int_equal(left.spread.count, FT_SPREAD_SEEN);
    assert_int_equal(ft_left_rate(&left), MIB);
    assert_true(ft_left_range(&left, &from, &to));
    assert_int_equal(from, 61); /* rounded up */
    assert_int_equal(to, 61);
    ft_left_add(&left, 40 * SECOND + 1, 100 * MIB, 100 * MIB);
    assert_true(ft_left_range(&left, &from, &to));
    assert_true(from == 0 && to == 0);
}

static void
test_uneven_rate(void **state)
{
    struct ft_left left = { .total = 0 };
    uint64_t done = 0;
    int64_t from, to;

    (void)state;
    for (int i = 0; i <= 30; i++) {
        ft_left_add(&left, i * SECOND, done, 1000 * MIB);
        done += i % 2 ? 10 * MIB : 30 * MIB;
    }
    assert_true(ft_left_range(&left, &from, &to));
    assert_int_equal(left.done, 600 * MIB);
    assert_int_equal(from, 14); /* 400 MiB at 30 MiB/s */
    assert_int_equal(to, 41);   /* and at 10 */
}

static void
test_stands_still(void **state)
{
    struct ft_left left = { .total = 0 };
    int64_t from, to;

    (void)state;
    for (int i = 0; i <= 30; i++)
        ft_left_add(&left, i * SECOND, i < 10 ? i * MIB : 10 * MIB, 100 * MIB);
    assert_true(ft_left_range(&left, &from, &to));
    assert_true(from > 0);
    assert_int_equal(to, -1);
    for (int i = 31; i <= 70; i++)
        ft_left_add(&left, i * SECOND, 10 * MIB, 100 * MIB);
    assert_false(ft_left_range(&left, &from, &to));
}

/* What is done over again, or more to do, is no progress; nothing wraps. */
static void
test_grows(void **state)
{
    struct ft_left left = { .total = 0 };
    int64_t from, to;

    (void)state;
    for (int i = 0; i <= 10; i++)
        ft_left_add(&left, i * SECOND, (10 - i) * MIB, 100 * MIB);
    assert_false(ft_left_range(&left, &from, &to));
    ft_left_add(&left, 11 * SECOND, 20 * MIB, 10 * MIB);
    assert_true(ft_left_range(&left, &from, &to));
    assert_int_equal(from, 0);
    for (int i = 12; i <= 50; i++)
        ft_left_add(&left, i * SECOND, i, UINT64_MAX);
    assert_false(ft_left_range(&left, &from, &to));
}

/* By the halves that an engine has seen. */
static void
test_between(void **state)
{
    static const struct {
        double bytes, slower, faster;
        bool known;
        int64_t from, to;
    } cases[] = {
        { 100, 10, 20, true, 6, 11 },  { 100, 10, 10, true, 11, 11 },
        { 100, 0, 20, true, 6, -1 },   { 100, 0, 0, false, -1, -1 },
        { 0, 0, 0, true, 0, 0 },       { -5, 0, 0, true, 0, 0 },
        { 1e18, 1, 1, false, -1, -1 }, { 1e18, 1, 1e18, true, 2, -1 },
    };
    int64_t from, to;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(ft_left_between(cases[i].bytes, cases[i].slower,
                                         cases[i].faster, &from, &to),
                         cases[i].known);
        assert_int_equal(from, cases[i].from);
        assert_int_equal(to, cases[i].to);
    }
}

static void
test_text(void **state)
{
    static const struct {
        int64_t from, to;
        const char *text;
    } cases[] = {
        { -1, -1, "" },
        { -1, 5, "" },
        { 0, 0, "0 s" },
        { 9, 9, "9 s" },
        { 9, 20, "9 to 20 s" },
        { 9, -1, "over 9 s" },
        { 50, 150, "0:50 to 2:30 min" },
        { 65, -1, "over 1:05 min" },
        { 1800, 7260, "0:30 to 2:01 h" },
        { INT64_MAX, INT64_MAX, NULL }, /* only no overflow */
    };
    char out[48];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ft_left_text(cases[i].from, cases[i].to, out);
        if (cases[i].text)
            assert_string_equal(out, cases[i].text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_said_too_early),
        cmocka_unit_test(test_even_rate),
        cmocka_unit_test(test_uneven_rate),
        cmocka_unit_test(test_stands_still),
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
