/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Intervals: in which order, what they come to; and what the kernel counts of NICs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "measure/counters.h"
#include "measure/samples.h"

/* Every length comes, soon, and the shortest most often. */
static void
all_lengths_come(void **state)
{
    struct ft_samples samples = { 0 };
    unsigned shortest = 0, longest = 0;
    double ms = 0;

    (void)state;
    while (ms < 2400) {
        double next = ft_samples_next(&samples);

        shortest += next == 10;
        longest += next == 500;
        ms += next;
    }
    assert_true(longest >= 1 && longest <= 3);
    assert_true(shortest > 5 * longest);
}

/* A look at much memory takes long: only long intervals are left, but always one. */
static void
slow_looks_leave_short_ones_out(void **state)
{
    struct ft_samples samples = { 0 };

    (void)state;
    ft_samples_look_takes(&samples, 20);
    for (int i = 0; i < 50; i++)
        assert_true(ft_samples_next(&samples) >= 80);
    ft_samples_look_takes(&samples, 100000);
    for (int i = 0; i < 50; i++)
        assert_true(ft_samples_next(&samples) == 500);
}

static void
sums(void **state)
{
    struct ft_samples samples = { 0 };
    struct ft_measurement out = { 0 };

    (void)state;
    assert_false(ft_samples_sum_up(&samples, &out));
    for (int i = 1; i <= 100; i++)
        assert_int_equal(ft_samples_add(&samples, 10, 10.5, i, i > 75), 0);
    assert_int_equal(ft_samples_add(&samples, 100, 100, 7, true), 0);
    assert_int_equal(ft_samples_add(&samples, 100, 200, 9999, true), 0);
    assert_int_equal(ft_samples_add(&samples, 33, 33, 9999, true), 0);
    assert_true(ft_samples_sum_up(&samples, &out));
    assert_int_equal(out.n_lengths, 2);
    assert_int_equal(out.lengths[0].count, 100);
    assert_true(out.lengths[0].interval_ms > 10.49 &&
                out.lengths[0].interval_ms < 10.51);
    assert_true(out.lengths[0].mean == 50.5);
    assert_true(out.lengths[0].p50 == 51);
    assert_true(out.lengths[0].p99 == 100);
    assert_true(out.lengths[0].sent == 0.25);
    assert_int_equal(out.lengths[1].count,
                     1); /* not the one that was too long */
    assert_true(out.lengths[1].p99 == 7);
    ft_samples_free(&samples);
}

/* What the guest sends a tap receives; a macvtap is the guest's own view. */
static void
nics(void **state)
{
    static const char text[] =
        "Inter-|   Receive                    |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes "
        "packets errs drop fifo colls carrier compressed\n"
        "    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0\n"
        " vnet1:100 2 0 0 0 0 0 0 3000 40 0 0 0 0 0 0\n"
        "vnet10: 7 7 0 0 0 0 0 0 7 7 0 0 0 0 0 0\n"
        "macvtap0: 5 6 0 0 0 0 0 0 70 8 0 0 0 0 0 0\n"
        "broken: 5 6\n";
    struct ft_vm_nic list[] = { { .tap = "vnet1", .type = "bridge" },
                                { .tap = "macvtap0", .type = "direct" },
                                { .tap = "broken", .type = "bridge" },
                                { .tap = "", .type = "user" } };
    struct ft_vm vm = { .nics = list, .n_nics = 4 };
    struct ft_sent_counters sent;

    (void)state;
    ft_counters_sent_parse(text, &vm, &sent);
    assert_int_equal(sent.bytes, 170);
    assert_int_equal(sent.packets, 10);
    ft_counters_sent_parse("", &vm, &sent);
    assert_int_equal(sent.packets, 0);
    ft_counters_sent_parse("vnet1", &vm, &sent);
    assert_int_equal(sent.packets, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lengths_come),
        cmocka_unit_test(slow_looks_leave_short_ones_out),
        cmocka_unit_test(sums),
        cmocka_unit_test(nics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
