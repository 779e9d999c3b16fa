/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/scratch.h"

#include "base/clock.h"
#include "base/load.h"

static void
test_pressure(void **state)
{
    (void)state;
    assert_true(ft_load_pressure_parse(
                    "some avg10=1.50 avg60=0.40 avg300=0.10 total=123\n"
                    "full avg10=0.50 avg60=0.10 avg300=0.00 total=23\n") == 1.5);
    assert_true(ft_load_pressure_parse("full avg10=0.50") == -1);
    assert_true(ft_load_pressure_parse("") == -1);
    assert_true(ft_load_pressure_parse("some avg10=-1") == -1);
    assert_true(ft_load_pressure("/nowhere/cpu") == -1);
    assert_true(ft_load_pressure(FT_PRESSURE_CPU) <= 100);
}

/* Time that is used counts, time that passes does not. */
static void
test_cpu(void **state)
{
    int64_t before = ft_load_cpu_ns(), after;

    (void)state;
    ft_clock_sleep(50 * FT_NS_PER_MS);
    after = ft_load_cpu_ns();
    assert_true(after - before < 40 * FT_NS_PER_MS);
    while (ft_load_cpu_ns() - after < 5 * FT_NS_PER_MS)
        ;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pressure),
        cmocka_unit_test(test_cpu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
