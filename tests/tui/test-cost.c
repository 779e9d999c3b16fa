/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the console costs with 200 VMs and hosts that do not answer: time to the
 * first screen and to what a key does, processor, memory, bytes. Prints the
 * figures (make bench-console); fails only far beyond the aims, since others may
 * be at work on this machine.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "tests/tui/fill.h"
#include "tests/tui/tty.h"

#define VMS 200
#define IDLE_MS 5000
#define KEYS 100

static const char *database, *few;

static double
ms_since(int64_t begin)
{
    return (double)(ft_clock_ns() - begin) / FT_NS_PER_MS;
}

static void
open_console(struct tty *tty)
{
    const char *const arguments[] = { "--db", database, NULL };
    struct tty_options options = { .arguments = arguments };

    tty_open(tty, &options);
}

static void
leave(struct tty *tty)
{
    tty_leave(tty, "\033[21~");
}

static void
test_first_screen(void **state)
{
    double best = 1e9;

    (void)state;
    for (int i = 0; i < 5; i++) {
        int64_t begin = ft_clock_ns();
        struct tty tty;

        open_console(&tty);
        tty_expect(&tty, "vm000");
        best = FT_MIN(best, ms_since(begin));
        leave(&tty);
    }
    print_message("first screen       %.0f ms, best of 5 (aim 300)\n", best);
    assert_true(best < 5000);
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The last row names the command for what is selected. */
static double
time_of_key(struct tty *tty, const char *key, const char *then)
{
    int64_t begin = ft_clock_ns();

    tty_send(tty, key);
    tty_expect(tty, then);
    return ms_since(begin);
}

static void
test_keys(void **state)
{
    double times[KEYS];
    struct tty tty;

    (void)state;
    open_console(&tty);
    tty_expect(&tty, "vm000");
    tty_take(&tty, 500);
    for (size_t i = 0; i < KEYS; i++)
        times[i] = i % 2 ? time_of_key(&tty, "k", "$ ftadmin status vm000")
                         : time_of_key(&tty, "j", "$ ftadmin status vm001");
    qsort(times, KEYS, sizeof(times[0]), compare);
    print_message("key to screen      p50 %.1f ms, p99 %.1f ms (aim 20)\n",
                  times[KEYS / 2], times[KEYS * 99 / 100]);
    assert_true(times[KEYS / 2] < 1000);
    leave(&tty);
}

static void
test_redraws(void **state)
{
    struct tty tty;
    size_t before;

    (void)state;
    open_console(&tty);
    tty_expect(&tty, "vm000");
    tty_take(&tty, 500);
    before = tty.raw_size;
    tty_send(&tty, "\014"); /* Ctrl-L */
    tty_take(&tty, 300);
    print_message("a whole screen     %zu bytes (80x24)\n",
                  tty.raw_size - before);
    before = tty.raw_size;
    for (int i = 0; i < 10; i++) {
        tty_send(&tty, "\033[6~"); /* page down */
        tty_take(&tty, 100);
    }
    print_message("a page further     %zu bytes\n",
                  (tty.raw_size - before) / 10);
    leave(&tty);
}

static void
be_idle(const char *what, double limit_percent)
{
    struct tty tty;
    double cpu, percent;
    size_t bytes;
    long kib;
    int64_t begin;

    open_console(&tty);
    tty_expect(&tty, "vm000");
    tty_take(&tty, 2000);
    cpu = tty_cpu_ms(&tty);
    bytes = tty.raw_size;
    begin = ft_clock_ns();
    tty_take(&tty, IDLE_MS);
    percent = (tty_cpu_ms(&tty) - cpu) / ms_since(begin) * 100;
    kib = tty_resident_kib(&tty);
    print_message("idle, %s      %.2f %% of a processor, %zu bytes/s\n"
                  "resident           %.1f MiB (aim 30)\n",
                  what, percent, (tty.raw_size - bytes) / (IDLE_MS / 1000),
                  (double)kib / 1024);
    assert_true(percent < limit_percent);
    assert_true(kib < 60L * 1024);
    leave(&tty);
}

static void
test_idle(void **state)
{
    const char *many = database;

    (void)state;
    be_idle("200 VMs", 5);
    database = few;
    be_idle("  3 VMs", 2); /* the aim is 0.5 */
    database = many;
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_screen),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_redraws),
        cmocka_unit_test(test_idle),
    };
    char kept[300], other[300];
    int failed;

    if (home_enter(NULL))
        return 1;
    snprintf(kept, sizeof(kept), "%s", fill("many.db", VMS, NULL));
    database = kept;
    snprintf(other, sizeof(other), "%s", fill("few.db", 3, NULL));
    few = other;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    home_leave(NULL);
    return failed;
}
