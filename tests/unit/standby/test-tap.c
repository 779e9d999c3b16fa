/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be said of taps without one: names and addresses that are none.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>

#include "standby/tap.h"

static void
test_no_such_tap(void **state)
{
    (void)state;
    assert_int_equal(ft_tap_set_up("ft-no-such-tap", 1), -ENODEV);
    assert_int_equal(ft_tap_set_up("", 0), -ENODEV);
    assert_int_equal(ft_tap_claim_mac("ft-no-such-tap", "52:54:00:01:02:03"),
                     -ENODEV);
    assert_int_equal(ft_tap_claim_mac("", "52:54:00:01:02:03"), -ENODEV);
}

static void
test_no_mac(void **state)
{
    static const char *const odd[] = { "", "52:54:00:01:02", "52-54-00-01-02-03",
                                       "host", "52:54:00:01:02:zz" };

    (void)state;
    /* lo is there on every host, and in no bridge: it is not even asked */
    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
        assert_int_equal(ft_tap_claim_mac("lo", odd[i]), -EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_such_tap),
        cmocka_unit_test(test_no_mac),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
