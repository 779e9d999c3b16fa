/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a VM stands, from libvirt's words: whose will it is, and what follows. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "link/frame.h"
#include "virt/run-state.h"

static void
test_whose_will_it_is(void **state)
{
    static const struct {
        int state, reason;
        enum ft_run_state run;
    } rows[] = {
        { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED, FT_RUN_RUNS },
        { VIR_DOMAIN_BLOCKED, 0, FT_RUN_RUNS },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER, FT_RUN_PAUSED },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, FT_RUN_IO_ERROR },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_WATCHDOG, FT_RUN_WATCHDOG },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_CRASHED, FT_RUN_PANICKED },
        { VIR_DOMAIN_CRASHED, VIR_DOMAIN_CRASHED_PANICKED, FT_RUN_PANICKED },
        { VIR_DOMAIN_PMSUSPENDED, 0, FT_RUN_ASLEEP },
        /* our own stop, and what libvirt does for a moment */
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_UNKNOWN, FT_RUN_RUNS },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_DUMP, FT_RUN_RUNS },
        { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SNAPSHOT, FT_RUN_RUNS },
        { VIR_DOMAIN_PAUSED, 4711, FT_RUN_RUNS },
        { 4711, 4711, FT_RUN_RUNS },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(ft_run_state_of(rows[i].state, rows[i].reason),
                         rows[i].run);
}

/* What the guest would have been without us, and without that host. */
static void
test_what_follows(void **state)
{
    (void)state;
    assert_false(ft_run_state_stands(FT_RUN_RUNS));
    assert_true(ft_run_state_stands(FT_RUN_PAUSED));
    assert_true(ft_run_state_stands(FT_RUN_PANICKED));
    assert_true(ft_run_state_stands(FT_RUN_WATCHDOG));
    assert_false(ft_run_state_stands(FT_RUN_IO_ERROR));
    assert_false(ft_run_state_stands(FT_RUN_COUNT));
    for (unsigned run = FT_RUN_RUNS + 1; run < FT_RUN_COUNT; run++) {
        assert_true(*ft_run_state_word(run));
        assert_true(*ft_run_state_text(run));
    }
    assert_string_equal(ft_run_state_word(FT_RUN_RUNS), "");
    assert_string_equal(ft_run_state_word(FT_RUN_COUNT), "");
    assert_string_equal(ft_run_state_text(FT_RUN_COUNT), "");
    assert_true(FT_RUN_COUNT - 1 <= FT_FRAME_RUN_MASK >> FT_FRAME_RUN_SHIFT);
}

#define CRASHED(action) \
    "<domain><on_crash>" action "</on_crash><devices/></domain>"

/* What a host that is lost had not done yet about a panic. */
static void
test_what_the_definition_asks_for(void **state)
{
    (void)state;
    assert_true(ft_run_state_restarts(FT_RUN_PANICKED, CRASHED("restart")));
    assert_true(
        ft_run_state_restarts(FT_RUN_PANICKED, CRASHED("coredump-restart")));
    assert_false(ft_run_state_restarts(FT_RUN_PANICKED, CRASHED("preserve")));
    assert_false(ft_run_state_restarts(FT_RUN_PANICKED, CRASHED("destroy")));
    assert_false(ft_run_state_restarts(FT_RUN_PANICKED, "<domain/>"));
    assert_false(ft_run_state_restarts(FT_RUN_PANICKED, "no XML"));
    assert_false(ft_run_state_restarts(FT_RUN_PANICKED, NULL));
    assert_false(ft_run_state_restarts(FT_RUN_PAUSED, CRASHED("restart")));
    assert_false(ft_run_state_restarts(FT_RUN_RUNS, CRASHED("restart")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whose_will_it_is),
        cmocka_unit_test(test_what_follows),
        cmocka_unit_test(test_what_the_definition_asks_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
