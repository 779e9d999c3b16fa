/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pauses between copies that come to nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/retry.h"

#define S INT64_C(1000000000)

static int64_t
pause_after_failure(struct ft_retry *retry, int64_t now)
{
    ft_retry_failed(retry, now);
    return retry->until_ns - now;
}

static void
pauses_grow_to_a_bound(void **state)
{
    static const int64_t pauses[] = { 0, 1, 2, 4, 8, 16, 30, 30 };
    struct ft_retry retry = { 0 };
    int64_t now = 5 * S;

    (void)state;
    assert_int_equal(retry.until_ns, 0);
    for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
        assert_int_equal(pause_after_failure(&retry, now), pauses[i] * S);
        now += 100 * S; /* time alone mends nothing */
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(pause_after_failure(&retry, now), 30 * S);
}

/* A copy that spoils soon after it was made, again and again. */
static void
good_for_a_moment(void **state)
{
    static const int64_t pauses[] = { 0, 1, 2, 4, 8, 8 };
    struct ft_retry retry = { 0 };
    int64_t now = S;

    (void)state;
    for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
        ft_retry_good(&retry, now);
        now += FT_RETRY_FORGET_NS - 1;
        assert_int_equal(pause_after_failure(&retry, now), pauses[i] * S);
    }
    assert_int_equal(pause_after_failure(&retry, now), 30 * S);
}

static void
good_for_long(void **state)
{
    struct ft_retry retry = { 0 };

    (void)state;
    for (int i = 0; i < 10; i++)
        ft_retry_failed(&retry, S);
    ft_retry_good(&retry, 2 * S);
    assert_int_equal(pause_after_failure(&retry, 2 * S + FT_RETRY_FORGET_NS), 0);
    assert_int_equal(pause_after_failure(&retry, 99 * S), S);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_grow_to_a_bound),
        cmocka_unit_test(good_for_a_moment),
        cmocka_unit_test(good_for_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
