/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes in by the terminal: pasted text, sequences nobody knows, Esc; and
 * what comes in by the database: names that would drive the terminal.
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

static const char *database;

static void
open_console(struct tty *tty, const char *path)
{
    const char *const arguments[] = { "--db", path, NULL };
    struct tty_options options = { .arguments = arguments,
                                   .width = 100,
                                   .height = 30 };

    tty_open(tty, &options);
    tty_expect(tty, "? keys");
}

static void
leave(struct tty *tty)
{
    tty_leave(tty, "\033[21~");
}

static void
test_pasted_text_runs_nothing(void **state)
{
    struct tty tty;

    (void)state;
    open_console(&tty, database);
    tty_send(&tty, "\033[200~q:q\r2\033[21~\032\003\r\033[201~");
    tty_expect(&tty, "pasted text was dropped");
    tty_expect(&tty, "vm000");
    tty_send(&tty, ":");
    tty_send(&tty, "\033[200~status vm000\r\nquit\r\033[201~");
    tty_expect(&tty, "status vm000  quit");
    tty_send(&tty, "\003"); /* Ctrl-C leaves the line */
    tty_take(&tty, 200);
    assert_false(tty.ended);
    leave(&tty);
}

/* Shift-Alt-F13 and the like: Esc, a number, A would do things. */
static void
test_sequences_that_nobody_knows(void **state)
{
    static const char *const sequences[] = { "\033[2;9;9A",    "\033[I",
                                             "\033[5;2;2~",    "\033O2",
                                             "\033[<0;10;10M", "\033[?62;c" };
    struct tty tty;

    (void)state;
    open_console(&tty, database);
    for (size_t i = 0; i < FT_ARRAY_SIZE(sequences); i++) {
        tty_send(&tty, sequences[i]);
        tty_take(&tty, 60);
    }
    tty_expect(&tty, "vm000");
    tty_send(&tty, "3"); /* nor do they take the next key along */
    tty_expect(&tty, "the link of vm000");
    leave(&tty);
}

static void
test_bytes_that_are_no_characters(void **state)
{
    struct tty tty;

    (void)state;
    open_console(&tty, database);
    tty_send(&tty, "\xff\xfe\xc3"
                   "2");
    tty_take(&tty, 100);
    tty_send(&tty, "2");
    tty_expect(&tty, "127.0.0.1");
    leave(&tty);
}

static void
test_escape_is_quick(void **state)
{
    int64_t best = INT64_MAX;
    struct tty tty;

    (void)state;
    open_console(&tty, database);
    for (int i = 0; i < 5; i++) { /* others are at work on this machine */
        int64_t begin;

        tty_send(&tty, "2");
        tty_expect(&tty, "127.0.0.1");
        tty_take(&tty, 100);
        begin = ft_clock_ns();
        tty_send(&tty, "\033");
        tty_expect(&tty, "runs here");
        best = FT_MIN(best, ft_clock_ns() - begin);
    }
    print_message("Esc: %lld ms\n", (long long)best / FT_NS_PER_MS);
    assert_true(best < 700 * FT_NS_PER_MS); /* ncurses by itself: a second */
    leave(&tty);
}

static void
test_control_c_leaves_nothing_half_done(void **state)
{
    struct tty tty;

    (void)state;
    open_console(&tty, database);
    tty_send(&tty, "\003");
    tty_expect(&tty, "q or F10 leaves");
    tty_send(&tty, "a");
    tty_expect(&tty, "unprotect");
    tty_send(&tty, "\003");
    for (int i = 0; i < TTY_WAIT_MS / 20 && strstr(tty_text(&tty), "unprotect");
         i++)
        tty_take(&tty, 20);
    assert_null(strstr(tty_text(&tty), "unprotect"));
    leave(&tty);
}

/* What stands in a name stays there, whatever view it is in. */
static void
test_names_never_drive_the_terminal(void **state)
{
    static const char *const names[] = {
        "clear\033[2Jhome\033[H",
        "title\033]0;owned\007x",
        "bell\a\b\b\b\b",
        "c1\xc2\x9b"
        "2J\xc2\x90",
        "line\nfeed\rreturn\ttab",
        "rtl\xe2\x80\x8f"
        "desrever\xe2\x80\xa8",
        "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
        "a\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87z",
        "\xcc\x81mark first",
        "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9",
    };
    static const char *const never[] = {
        "\033[2Jhome", "\033]0;", "\a",           "\x0e",        "\xc2\x9b",
        "\xc2\x90",    "\xff",    "\xe2\x80\x8f", "\xe2\x80\xa8"
    };
    const char *path = fill("hostile.db", FT_ARRAY_SIZE(names), names);
    static const char keys[] = "jjjj\r\0331\rj\0333G\r\0332x\0335\033[H";
    struct tty tty;

    (void)state;
    open_console(&tty, path);
    for (const char *at = keys; *at; at++) {
        char key[2] = { *at, '\0' };

        tty_send(&tty, key);
        tty_take(&tty, 60);
        assert_false(tty.ended);
    }
    for (size_t i = 0; i < FT_ARRAY_SIZE(never); i++)
        if (tty_was_sent(&tty, never[i]))
            fail_msg("row %zu of what must not be sent", i);
    tty_send(&tty, "1");
    tty_expect(&tty, "? keys");
    tty_expect(&tty, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e");
    leave(&tty);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pasted_text_runs_nothing),
        cmocka_unit_test(test_sequences_that_nobody_knows),
        cmocka_unit_test(test_bytes_that_are_no_characters),
        cmocka_unit_test(test_escape_is_quick),
        cmocka_unit_test(test_control_c_leaves_nothing_half_done),
        cmocka_unit_test(test_names_never_drive_the_terminal),
    };
    char kept[300];
    int failed;

    if (home_enter(NULL))
        return 1;
    snprintf(kept, sizeof(kept), "%s", fill("three.db", 3, NULL));
    database = kept;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    home_leave(NULL);
    return failed;
}
