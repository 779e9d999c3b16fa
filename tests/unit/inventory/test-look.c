/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "inventory/look.h"

static void
test_cpu(void **state)
{
    struct ft_look_cpu before, after;

    (void)state;
    assert_int_equal(ft_look_cpu_parse("cpu  100 10 50 800 40 5 5 10 0 0\n"
                                       "cpu0 1 2 3 4 5 6 7 8 9 10\n",
                                       &before),
                     0);
    assert_int_equal(before.busy, 180);
    assert_int_equal(before.all, 1020);
    assert_int_equal(ft_look_cpu_parse("cpu  150 10 50 850 40 5 5 10 0 0",
                                       &after),
                     0);
    assert_true(ft_look_cpu_percent(&before, &after) == 50);
    /* nothing has passed; and a counter that went back */
    assert_true(ft_look_cpu_percent(&before, &before) == -1);
    assert_true(ft_look_cpu_percent(&after, &before) == -1);
    assert_int_equal(ft_look_cpu_parse("cpu  1 2 3", &after), -EBADMSG);
    assert_int_equal(ft_look_cpu_parse("", &after), -EBADMSG);
    assert_int_equal(ft_look_cpu(&after), 0);
}

static void
test_load(void **state)
{
    FT_AUTOJSON json_t *load = ft_look_load();

    (void)state;
    assert_true(json_integer_value(json_object_get(load, "cpus")) > 0);
    assert_int_equal(json_object_size(json_object_get(load, "pressure")), 3);
    assert_int_equal(json_object_size(json_object_get(load, "memory")), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpu),
        cmocka_unit_test(test_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
