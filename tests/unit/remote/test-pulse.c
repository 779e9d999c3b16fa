/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When silence counts, and when a connection is tried again.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "remote/hub-private.h"

#define MS(n) ((int64_t)(n)*FT_NS_PER_MS)

/* One that says nothing is asked, and stale 3 s after its last line. */
static void
test_silence(void **state)
{
    int64_t heard = MS(1000);

    (void)state;
    assert_false(ft_pulse_ask(heard, 0, heard + MS(1499)));
    assert_int_equal(ft_pulse_next(heard, 0, heard), heard + MS(1500));
    assert_true(ft_pulse_ask(heard, 0, heard + MS(1500)));
    assert_false(ft_pulse_ask(heard, heard + MS(1500), heard + MS(1600)));
    assert_false(ft_pulse_silent(heard, heard + MS(1500), heard + MS(2999)));
    assert_int_equal(ft_pulse_next(heard, heard + MS(1500), heard + MS(1600)),
                     heard + MS(3000));
    assert_true(ft_pulse_silent(heard, heard + MS(1500), heard + MS(3000)));
    assert_int_equal(ft_pulse_next(heard, heard + MS(1500), heard + MS(3000)),
                     INT64_MAX);
}

/* One that nobody asked for an hour is not stale, but asked before use. */
static void
test_idle(void **state)
{
    int64_t heard = MS(1000);
    int64_t now = heard + MS(3600000);

    (void)state;
    assert_true(ft_pulse_quiet(heard, 0, now));
    assert_false(ft_pulse_silent(heard, 0, now));
    assert_true(ft_pulse_ask(heard, 0, now));
    assert_false(ft_pulse_silent(heard, now, now + MS(1499)));
    assert_true(ft_pulse_silent(heard, now, now + MS(1500)));
    assert_false(ft_pulse_quiet(heard, 0, heard + MS(2999)));
    /* a question that stays open is a reason for doubt */
    assert_false(ft_pulse_quiet(heard, heard + MS(1500), heard + MS(1999)));
    assert_true(ft_pulse_quiet(heard, heard + MS(1500), heard + MS(2000)));
}

static int64_t
pause_after(struct ft_pulse *pulse, enum ft_reach reach)
{
    ft_pulse_failed(pulse, reach, MS(5000));
    return (pulse->next_ns - MS(5000)) / FT_NS_PER_MS;
}

static void
test_back_off(void **state)
{
    struct ft_pulse pulse = { 0 };
    int64_t last = 0;

    (void)state;
    /* the network may heal at any moment */
    for (int i = 0; i < 60; i++)
        assert_int_equal(pause_after(&pulse, FT_REACH_TIMEOUT), 300);
    assert_true(pause_after(&pulse, FT_REACH_TIMEOUT) >= 5000);
    ft_pulse_now(&pulse);
    assert_int_equal(pulse.next_ns, 0);
    /* a host that answers is left in peace */
    for (int i = 0; i < 20; i++) {
        int64_t pause = pause_after(&pulse, FT_REACH_ENGINE_REFUSED);

        assert_true(pause >= last && pause >= 1000 && pause <= 30000);
        last = pause;
    }
    assert_int_equal(last, 30000);
    assert_false(pulse.barred);
    pause_after(&pulse, FT_REACH_LOGIN_REFUSED);
    assert_true(pulse.barred);
    ft_pulse_now(&pulse);
    assert_false(pulse.barred);
}

/* What breaks at once, each time, is not taken for something that healed. */
static void
test_lost(void **state)
{
    struct ft_pulse pulse = { 0 };

    (void)state;
    ft_pulse_lost(&pulse, FT_REACH_LOST, MS(60000), MS(0));
    assert_int_equal(pulse.next_ns, MS(300));
    ft_pulse_lost(&pulse, FT_REACH_LOST, MS(60000), MS(0));
    assert_int_equal(pulse.next_ns, MS(300));
    ft_pulse_lost(&pulse, FT_REACH_LOST, MS(10), MS(0));
    assert_int_equal(pulse.next_ns, MS(2000));
    ft_pulse_lost(&pulse, FT_REACH_PROTOCOL, MS(10), MS(0));
    assert_int_equal(pulse.next_ns, MS(4000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
