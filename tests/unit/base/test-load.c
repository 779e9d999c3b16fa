/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/scratch.h"

#include "base/clock.h"
#include "base/load.h"

static void
test_pressure(void **state)
{
    (void)state;
    static const char text[] =
        "some avg10=1.50 avg60=0.40 total=123\n"
        "full avg10=0.50 avg60=0.10 avg300=0.00 total=23\n";

    assert_true(ft_load_pressure_parse(text, 10) == 1.5);
    assert_true(ft_load_pressure_parse(text, 60) == 0.4);
    assert_true(ft_load_pressure_parse(text, 300) == -1); /* of full only */
    assert_true(ft_load_pressure_parse("full avg10=0.50", 10) == -1);
    assert_true(ft_load_pressure_parse("", 10) == -1);
    assert_true(ft_load_pressure_parse("some avg10=-1", 10) == -1);
    assert_true(ft_load_pressure("/nowhere/cpu", 10) == -1);
    assert_true(ft_load_pressure(FT_PRESSURE_CPU, 300) <= 100);
}

static void
test_memory(void **state)
{
    struct ft_memory memory;

    (void)state;
    ft_load_memory_parse("MemTotal:       24684096 kB\n"
                         "MemFree:        22000000 kB\n"
                         "MemAvailable:   23616512 kB\n",
                         &memory);
    assert_true(memory.total == UINT64_C(24684096) << 10);
    assert_true(memory.available == UINT64_C(23616512) << 10);
    ft_load_memory_parse("MemTotal: 1 kB\n", &memory);
    assert_int_equal(memory.total, 0);
    ft_load_memory_parse("MemTotal: 99999999999999999999 kB\n"
                         "MemAvailable: x\n",
                         &memory);
    assert_int_equal(memory.total, 0);
    ft_load_memory(&memory);
    assert_true(memory.total > 0 && memory.available <= memory.total);
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
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cpu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
