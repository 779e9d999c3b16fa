/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a slow link rests, and what proves that it carries the guest again. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/slow-link.h"

#define S INT64_C(1000000000)

static void
never_fell(void **state)
{
    struct ft_slow_link link = { 0 };

    (void)state;
    assert_int_equal(ft_slow_link_rest(&link), 0);
    assert_int_equal(ft_slow_link_begin(&link), FT_SLOW_LINK_CARRIES);
}

static void
rests_grow_to_a_bound(void **state)
{
    struct ft_slow_link link = { 0 };
    int64_t last = 0;

    (void)state;
    for (int i = 0; i < 7; i++) {
        ft_slow_link_fell(&link, S);
        assert_int_equal(ft_slow_link_rest(&link), 5 * S << i);
    }
    for (int i = 0; i < 1000; i++) {
        ft_slow_link_fell(&link, S);
        assert_true(ft_slow_link_rest(&link) >= last);
        last = ft_slow_link_rest(&link);
    }
    assert_int_equal(last, 600 * S);
}

static void
three_good_rounds_in_a_row_prove_it(void **state)
{
    struct ft_slow_link link = { 0 };

    (void)state;
    ft_slow_link_fell(&link, S);
    assert_int_equal(ft_slow_link_begin(&link), FT_SLOW_LINK_AGAIN);
    for (int i = 1; i < FT_SLOW_LINK_BAD_ROUNDS; i++) { /* never three */
        assert_int_equal(ft_slow_link_round(&link, S, 2 * S, S),
                         FT_SLOW_LINK_AGAIN);
        assert_int_equal(ft_slow_link_round(&link, 0, 2 * S, S),
                         FT_SLOW_LINK_AGAIN);
        assert_int_equal(ft_slow_link_round(&link, S + 1, 2 * S, S),
                         FT_SLOW_LINK_AGAIN);
    }
    assert_int_equal(ft_slow_link_round(&link, 0, 2 * S, S), FT_SLOW_LINK_AGAIN);
    assert_int_equal(ft_slow_link_round(&link, 0, 2 * S, S), FT_SLOW_LINK_AGAIN);
    assert_int_equal(ft_slow_link_round(&link, 0, 2 * S, S),
                     FT_SLOW_LINK_CARRIES);

    /* and the next copy has to prove it anew */
    assert_int_equal(ft_slow_link_begin(&link), FT_SLOW_LINK_AGAIN);
    for (int i = 1; i < FT_SLOW_LINK_BAD_ROUNDS; i++)
        assert_int_equal(ft_slow_link_round(&link, 2 * S, 2 * S, S),
                         FT_SLOW_LINK_AGAIN);
    assert_int_equal(ft_slow_link_round(&link, 2 * S, 2 * S, S),
                     FT_SLOW_LINK_FAILS);
}

static void
what_was_carried_for_long_is_forgotten(void **state)
{
    struct ft_slow_link link = { 0 };

    (void)state;
    for (int i = 0; i < 4; i++)
        ft_slow_link_fell(&link, S);
    ft_slow_link_begin(&link);
    for (int i = 0; i < 3; i++)
        ft_slow_link_round(&link, 0, 2 * S, 100 * S);
    ft_slow_link_fell(&link, 699 * S); /* soon after: it goes on */
    assert_int_equal(ft_slow_link_rest(&link), 80 * S);
    ft_slow_link_begin(&link);
    for (int i = 0; i < 3; i++)
        ft_slow_link_round(&link, 0, 2 * S, 800 * S);
    ft_slow_link_fell(&link, 1400 * S);
    assert_int_equal(ft_slow_link_rest(&link), 5 * S);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_fell),
        cmocka_unit_test(rests_grow_to_a_bound),
        cmocka_unit_test(three_good_rounds_in_a_row_prove_it),
        cmocka_unit_test(what_was_carried_for_long_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
