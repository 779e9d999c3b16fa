/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is a figure, and how far figures may be apart. */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alike.h"
#include "base/cleanup.h"

static const struct {
    const char *a, *b;
    bool same, twice, any; /* with 1, with 2, with HUGE_VAL */
} cases[] = {
    { "", "", true, true, true },
    { "free", "free", true, true, true },
    { "free", "fre", false, false, false },
    { "free by 3 s", "free by 3 s", true, true, true },
    { "free by 3 s", "free by 5 s", false, true, true },
    { "free by 3 s", "free by 6 s", false, true, true },
    { "free by 3 s", "free by 7 s", false, false, true },
    { "free by 7 s", "free by 3 s", false, false, true },
    { "0 s", "1 s", false, false, true },
    { "0.0 s", "0 s", true, true, true },
    { "9.5 GiB left", "11.25 GiB left", false, true, true },
    { "9.5 GiB left", "9.5 MiB left", false, false, false },
    { "20 % of", "30 % of", false, true, true },
    { "trips of 0.2 to 0.9 ms", "trips of 0.3 to 1 ms", false, true, true },
    { "trips of 0.2 to 0.9 ms", "trips of 0.3 to 3 ms", false, false, true },
    { "(1.5 and 2 GiB)", "(1 and 3 GiB)", false, true, true },
    { "40 MiB/s", "50 MiB/s", false, true, true },
    /* words */
    { "QEMU 7.2.11", "QEMU 7.2.22", false, false, false },
    { "1 of 20 lost", "2 of 20 lost", false, false, false },
    { "VLAN 10", "VLAN 11", false, false, false },
    { "packets of 1500 bytes", "packets of 1400 bytes", false, false, false },
    { "at 10.0.0.1, port 4", "at 10.0.0.2, port 4", false, false, false },
    { "8.2 said", "8.3 said", false, false, false }, /* "s" is no unit there */
    { "eth1 s", "eth2 s", false, false, false },
    { "3 servers", "4 servers", false, false, false },
    { "2. s", "3. s", false, false, false },
    { "3 s", "3", false, false, false },
    { "99999999999999999999999 s", "1 s", false, false, true },
};

static void
test_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        print_message("%s | %s\n", cases[i].a, cases[i].b);
        assert_int_equal(ft_text_alike(cases[i].a, cases[i].b, 1),
                         cases[i].same);
        assert_int_equal(ft_text_alike(cases[i].a, cases[i].b, 2),
                         cases[i].twice);
        assert_int_equal(ft_text_alike(cases[i].a, cases[i].b, HUGE_VAL),
                         cases[i].any);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_alike) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
