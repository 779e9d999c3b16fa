/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "engine/life.h"

#define S FT_NS_PER_S
#define BEGIN (100 * S)

static void
hear(struct ft_life *life, int64_t now, const char *text)
{
    FT_AUTOJSON json_t *message = json_loads(text, 0, NULL);

    assert_non_null(message);
    ft_life_heard(life, now, message);
}

static void
test_a_silent_worker_hangs(void **state)
{
    struct ft_life life;

    (void)state;
    ft_life_begin(&life, BEGIN);
    assert_int_equal(ft_life_judge(&life, BEGIN + 7 * S), FT_LIFE_FINE);
    assert_int_equal(ft_life_judge(&life, BEGIN + 8 * S), FT_LIFE_HANGS);
    hear(&life, BEGIN + 8 * S, "{\"sample\":{}}");
    assert_int_equal(ft_life_judge(&life, BEGIN + 15 * S), FT_LIFE_FINE);
    assert_int_equal(ft_life_judge(&life, BEGIN + 16 * S), FT_LIFE_HANGS);
}

/* Seen: a full disk, and the worker that had won was ended after 8 s. */
static void
test_who_waits_for_the_disk_does_not(void **state)
{
    struct ft_life life;

    (void)state;
    ft_life_begin(&life, BEGIN);
    hear(&life, BEGIN, "{\"busy\":{\"persists\":true}}");
    hear(&life, BEGIN, "{\"event\":{}}"); /* says why, and is busy still */
    assert_int_equal(ft_life_judge(&life, BEGIN + 2 * S), FT_LIFE_FINE);
    assert_int_equal(ft_life_judge(&life, BEGIN + 3 * S), FT_LIFE_SLOW_DISK);
    assert_int_equal(ft_life_judge(&life, BEGIN + 4 * S), FT_LIFE_FINE);
    assert_int_equal(ft_life_judge(&life, BEGIN + 3600 * S), FT_LIFE_FINE);
    hear(&life, BEGIN + 3600 * S, "{\"busy\":{\"persists\":false}}");
    assert_int_equal(ft_life_judge(&life, BEGIN + 3607 * S), FT_LIFE_FINE);
    assert_int_equal(ft_life_judge(&life, BEGIN + 3608 * S), FT_LIFE_HANGS);
}

static void
test_who_takes_over_does_not(void **state)
{
    struct ft_life life;

    (void)state;
    ft_life_begin(&life, BEGIN);
    hear(&life, BEGIN, "{\"status\":{},\"busy\":{\"takes_over\":true}}");
    hear(&life, BEGIN, "{\"sample\":{}}");
    assert_int_equal(ft_life_judge(&life, BEGIN + 3600 * S), FT_LIFE_FINE);
    hear(&life, BEGIN + 3600 * S, "{\"status\":{}}");
    assert_int_equal(ft_life_judge(&life, BEGIN + 3608 * S), FT_LIFE_HANGS);
}

static void
test_words_that_are_none(void **state)
{
    struct ft_life life;

    (void)state;
    ft_life_begin(&life, BEGIN);
    hear(&life, BEGIN, "{\"busy\":1}");
    hear(&life, BEGIN, "{\"busy\":{\"persists\":1,\"takes_over\":\"yes\"}}");
    assert_int_equal(ft_life_judge(&life, BEGIN + 8 * S), FT_LIFE_HANGS);
    ft_life_begin(&life, BEGIN + 8 * S);
    assert_int_equal(ft_life_judge(&life, BEGIN + 9 * S), FT_LIFE_FINE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_silent_worker_hangs),
        cmocka_unit_test(test_who_waits_for_the_disk_does_not),
        cmocka_unit_test(test_who_takes_over_does_not),
        cmocka_unit_test(test_words_that_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
