/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a link carries is known from seconds in which its senders waited for it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "worker/carried.h"

struct link {
    struct ft_carried carried;
    int64_t now_ns, blocked_ns;
    uint64_t brought;
};

/* A second in which so many bytes came over and senders waited for that part of it. */
static void
pass(struct link *link, uint64_t bytes, double waited)
{
    link->now_ns += FT_NS_PER_S;
    link->brought += bytes;
    link->blocked_ns += (int64_t)(waited * FT_NS_PER_S);
    ft_carried_look(&link->carried, link->brought, link->blocked_ns,
                    link->now_ns);
}

static void
test_nobody_waits(void **state)
{
    struct link link = { .now_ns = 1000 };

    (void)state;
    for (int i = 0; i < 1000; i++)
        pass(&link, 200000000, 0.5);
    assert_true(ft_carried_rate(&link.carried) == 0);
}

static void
test_best_counts(void **state)
{
    struct link link = { .now_ns = 1000 };

    (void)state;
    pass(&link, 0, 0); /* the first look */
    for (int i = 0; i < FT_CARRIED_SECONDS; i++) {
        assert_true(ft_carried_rate(&link.carried) == 0);
        pass(&link, i == 2 ? 90000000 : 50000000, 0.95);
    }
    assert_int_equal((int)ft_carried_rate(&link.carried), 90000000);
    pass(&link, 500000000, 0.1); /* from a buffer: nobody waited */
    assert_int_equal((int)ft_carried_rate(&link.carried), 90000000);
    pass(&link, 0, 1); /* nothing came over: no rate */
    assert_int_equal((int)ft_carried_rate(&link.carried), 90000000);
}

/* What was good is forgotten after two windows at most. */
static void
test_windows(void **state)
{
    const int window = (int)(FT_CARRIED_WINDOW_NS / FT_NS_PER_S);
    struct link link = { .now_ns = 1000 };

    (void)state;
    pass(&link, 0, 0);
    for (int i = 0; i < window / 2; i++)
        pass(&link, 100000000, 1);
    for (int i = 0; i < window; i++)
        pass(&link, 10000000, 1);
    assert_int_equal((int)ft_carried_rate(&link.carried), 100000000);
    for (int i = 0; i < window; i++)
        pass(&link, 10000000, 1);
    assert_int_equal((int)ft_carried_rate(&link.carried), 10000000);
    for (int i = 0; i < 2 * window; i++)
        pass(&link, 0, 0);
    assert_true(ft_carried_rate(&link.carried) == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_waits),
        cmocka_unit_test(test_best_counts),
        cmocka_unit_test(test_windows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
