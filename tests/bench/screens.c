/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console beside htop and btop, in the same run and by the same measure,
 * each in a pty of 80x24 (tests/tui): the first screen, from a key to the first
 * byte of what it changes, a minute's idleness, memory, bytes. Then the console
 * with 5,000 VMs. A program that is not installed is left out, with a word.
 *     screens [FILTER]        of cmocka, e.g. "test_5000*"
 *     screens --live HOST     in a lab (bench-console-live): what ~/.ssh and the
 *                             database of this user reach; HOST is cut off when
 *                             "cut HOST" was printed
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "tests/tui/fill.h"
#include "tests/tui/tty.h"

#define IDLE_MS 20000
#define KEYS 100
#define APART_MS 30 /* keys, so that one's answer is not the next one's */

static char many[300], most[300];

struct program {
    const char *name, *path; /* path NULL: ./ftadmin */
    const char *arguments[4];
    const char *first;     /* text of its first whole screen */
    const char *down, *up; /* keys */
    const char *quit;
};

static double
ms_since(int64_t begin)
{
    return (double)(ft_clock_ns() - begin) / FT_NS_PER_MS;
}

static void
open_program(struct tty *tty, const struct program *program)
{
    struct tty_options options = { .arguments = program->arguments,
                                   .program = program->path };

    tty_open(tty, &options);
}

static void
close_program(struct tty *tty, const struct program *program)
{
    tty_send(tty, program->quit);
    tty_end(tty);
    tty_close(tty);
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
first_screen(const struct program *program)
{
    double times[5];

    for (size_t i = 0; i < FT_ARRAY_SIZE(times); i++) {
        int64_t begin = ft_clock_ns();
        struct tty tty;

        open_program(&tty, program);
        tty_expect(&tty, program->first);
        times[i] = ms_since(begin);
        tty_take(&tty, 200);
        close_program(&tty, program);
    }
    qsort(times, FT_ARRAY_SIZE(times), sizeof(times[0]), compare);
    return times[FT_ARRAY_SIZE(times) / 2];
}

/* To the first byte that comes after it; so many down, then up again. */
static void
time_keys(struct tty *tty, const struct program *program, int in_a_row,
          double *times)
{
    for (int i = 0; i < KEYS; i++) {
        size_t before;
        int64_t begin;

        tty_take(tty, APART_MS);
        before = tty->raw_size;
        begin = ft_clock_ns();
        tty_send(tty, i / in_a_row % 2 ? program->up : program->down);
        while (tty->raw_size == before && ms_since(begin) < 1000)
            tty_step(tty, 1000);
        times[i] = ms_since(begin);
    }
    qsort(times, KEYS, sizeof(times[0]), compare);
}

static void
measure(const struct program *program)
{
    double times[KEYS], cpu, first, percent;
    size_t bytes, idle_bytes;
    struct tty tty;
    int64_t begin;

    if (program->path && access(program->path, X_OK) != 0) {
        print_message("%-10s is not installed (apt-get install %s)\n",
                      program->name, program->name);
        return;
    }
    first = first_screen(program);
    open_program(&tty, program);
    tty_expect(&tty, program->first);
    tty_take(&tty, 1000);
    bytes = tty.raw_size;
    time_keys(&tty, program, 10, times);
    bytes = (tty.raw_size - bytes) / KEYS;
    tty_take(&tty, 2000);
    cpu = tty_cpu_ms(&tty);
    idle_bytes = tty.raw_size;
    begin = ft_clock_ns();
    tty_take(&tty, IDLE_MS);
    percent = (tty_cpu_ms(&tty) - cpu) / ms_since(begin) * 100;
    print_message("%-10s %7.0f %7.1f %7.1f %7.2f %7.1f %7zu %7zu\n",
                  program->name, first, times[KEYS / 2], times[KEYS * 99 / 100],
                  percent, (double)tty_resident_kib(&tty) / 1024, bytes,
                  (tty.raw_size - idle_bytes) / (IDLE_MS / 1000));
    close_program(&tty, program);
}

static void
test_beside_others(void **state)
{
    const struct program programs[] = {
        { "ftadmin", NULL, { "--db", many, NULL }, "vm000", "j", "k", "\033[21~" },
        { "htop", "/usr/bin/htop", { NULL }, "F10", "\033[B", "\033[A", "\033[21~" },
        { "btop",
          "/usr/bin/btop",
          { "--utf-force", NULL },
          "proc",
          "\033[B",
          "\033[A",
          "q" },
    };

    (void)state;
    print_message("%-10s %7s %7s %7s %7s %7s %7s %7s\n", "", "first", "key",
                  "key", "idle", "memory", "bytes", "bytes");
    print_message("%-10s %7s %7s %7s %7s %7s %7s %7s\n", "", "ms", "p50 ms",
                  "p99 ms", "CPU %", "MiB", "a key", "idle/s");
    for (size_t i = 0; i < FT_ARRAY_SIZE(programs); i++)
        measure(&programs[i]);
}

static void
test_5000_vms(void **state)
{
    const struct program program = {
        "ftadmin", NULL,      { "--db", most, NULL }, "vm000", "\033[6~",
        "\033[5~", "\033[21~"
    };
    double times[KEYS];
    struct tty tty;

    (void)state;
    print_message("5,000 VMs  first screen %.0f ms (aim 500)\n",
                  first_screen(&program));
    open_program(&tty, &program);
    tty_expect(&tty, program.first);
    tty_take(&tty, 3000);
    time_keys(&tty, &program, 10, times);
    print_message("           a page further p50 %.1f ms, p99 %.1f ms, most "
                  "%.1f ms; %.1f MiB\n",
                  times[KEYS / 2], times[KEYS * 99 / 100], times[KEYS - 1],
                  (double)tty_resident_kib(&tty) / 1024);
    close_program(&tty, &program);
}

/* ---- live hosts ---- */

#define LIVE_IDLE_MS 30000

static const char *cut_off;

static void
time_and_tell(struct tty *tty, const struct program *program, const char *when)
{
    double times[KEYS];

    time_keys(tty, program, 1, times);
    print_message("%-10s key to screen p50 %.1f ms, p99 %.1f ms (aim 20), most "
                  "%.1f ms\n",
                  when, times[KEYS / 2], times[KEYS * 99 / 100 - 1],
                  times[KEYS - 1]);
}

/* Idle, then keys, then the same with a host of which nothing is heard. */
static void
test_live(void **state)
{
    const struct program program = { "ftadmin", NULL, { NULL },  "live",
                                     "j",       "k",  "\033[21~" };
    double cpu, percent;
    struct tty tty;
    size_t bytes;
    int64_t begin;

    (void)state;
    open_program(&tty, &program);
    tty_expect(&tty, program.first);
    tty_take(&tty, 10000); /* all have answered, charts are there */
    cpu = tty_cpu_ms(&tty);
    bytes = tty.raw_size;
    begin = ft_clock_ns();
    tty_take(&tty, LIVE_IDLE_MS);
    percent = (tty_cpu_ms(&tty) - cpu) / ms_since(begin) * 100;
    print_message("idle       %.2f %% of a processor (aim 0.5), %zu bytes/s, "
                  "%.1f MiB\n",
                  percent, (tty.raw_size - bytes) / (LIVE_IDLE_MS / 1000),
                  (double)tty_resident_kib(&tty) / 1024);
    time_and_tell(&tty, &program, "all live");
    print_message("cut %s\n", cut_off);
    fflush(stdout);
    tty_take(&tty, 1000);
    time_and_tell(&tty, &program, "one hangs");
    time_and_tell(&tty, &program, "and hangs");
    close_program(&tty, &program);
}

static int
measure_live(const char *host)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_live) };

    cut_off = host;
    setvbuf(stdout, NULL, _IOLBF, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside_others),
        cmocka_unit_test(test_5000_vms),
    };
    int failed;

    if (argc > 2 && !strcmp(argv[1], "--live"))
        return measure_live(argv[2]);
    if (home_enter(NULL))
        return 1;
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    snprintf(many, sizeof(many), "%s", fill("many.db", 200, NULL));
    snprintf(most, sizeof(most), "%s", fill("most.db", 5000, NULL));
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    home_leave(NULL);
    return failed;
}
