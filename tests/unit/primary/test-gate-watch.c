/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of a gate, look after look, a second apart. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "primary/gate-watch.h"

static struct ft_gate_watch watch;
static int64_t now_ns;

static unsigned
look(const struct ft_gate_stats *stats)
{
    now_ns += FT_NS_PER_S;
    return ft_gate_watch_look(&watch, stats, now_ns);
}

static int
begin(void **state)
{
    (void)state;
    watch = (struct ft_gate_watch){ 0 };
    now_ns = 0;
    return 0;
}

/* What is laid again within three looks is no end of it. */
static void
test_broken(void **state)
{
    const struct ft_gate_stats whole = { 0 };
    const struct ft_gate_stats broken = { .broken = true, .others = "why" };

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(look(&broken), 0);
        assert_int_equal(look(&broken), 0);
        assert_int_equal(look(i ? NULL : &whole), 0);
    }
    assert_int_equal(look(&broken), 0);
    assert_int_equal(look(&broken), 0);
    assert_int_equal(look(&broken), FT_GATE_NEWS_BROKEN);
    for (int i = 0; i < 10; i++)
        assert_int_equal(look(&broken), 0);
    assert_int_equal(look(&whole), 0);
    look(&broken);
    look(&broken);
    assert_int_equal(look(&broken), FT_GATE_NEWS_BROKEN);
}

static void
test_bypassed(void **state)
{
    const struct ft_gate_stats whole = { 0 };
    const struct ft_gate_stats broken = { .broken = true };
    const struct ft_gate_stats bypassed = { .bypassed = true, .others = "XDP" };

    (void)state;
    assert_int_equal(look(&bypassed), FT_GATE_NEWS_BYPASSED);
    for (int i = 0; i < 10; i++)
        assert_int_equal(look(&bypassed), 0);
    assert_int_equal(look(&whole), 0);
    assert_int_equal(look(&broken), 0);
    assert_int_equal(look(&bypassed), FT_GATE_NEWS_BYPASSED);
}

static void
test_others(void **state)
{
    const struct ft_gate_stats none = { 0 };
    const struct ft_gate_stats one = { .others = "vnet3 has a filter" };
    const struct ft_gate_stats two = { .others = "vnet4 has a filter" };
    const struct ft_gate_stats broken = { .broken = true, .others = "why" };

    (void)state;
    assert_int_equal(look(&none), 0);
    assert_int_equal(look(&one), FT_GATE_NEWS_OTHERS);
    assert_int_equal(look(&one), 0);
    assert_int_equal(look(NULL), 0); /* opened, and closed again */
    assert_int_equal(look(&one), 0);
    assert_int_equal(look(&broken), 0);
    assert_int_equal(look(&one), 0);
    assert_int_equal(look(&two), FT_GATE_NEWS_OTHERS);
    assert_int_equal(look(&none), 0);
    assert_int_equal(look(&two), FT_GATE_NEWS_OTHERS);
}

static void
test_repairs(void **state)
{
    struct ft_gate_stats stats = { 0 };
    unsigned told = 0;

    (void)state;
    assert_int_equal(look(&stats), 0);
    stats.repairs = 1;
    assert_int_equal(look(&stats), FT_GATE_NEWS_REPAIRED);
    assert_int_equal(look(&stats), 0);
    for (int i = 0; i < 180; i++) { /* again and again, for three minutes */
        stats.repairs++;
        told += look(&stats) == FT_GATE_NEWS_REPAIRED;
    }
    assert_int_equal(told, 3);
    for (int i = 0; i < 120; i++)
        told += look(&stats) == FT_GATE_NEWS_REPAIRED;
    assert_int_equal(told, 4); /* of the last ones */
    stats.repairs = 0;         /* a new gate */
    assert_int_equal(look(&stats), 0);
    stats.repairs = 2;
    assert_int_equal(look(&stats), FT_GATE_NEWS_REPAIRED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_broken, begin),
        cmocka_unit_test_setup(test_bypassed, begin),
        cmocka_unit_test_setup(test_others, begin),
        cmocka_unit_test_setup(test_repairs, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
