/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of terminal, of which size, with which wishes of its user: types,
 * LINES and COLUMNS, resizing, colours, ASCII.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "tests/tui/fill.h"
#include "tests/tui/tty.h"

static const char *database;

static void
leave(struct tty *tty)
{
    tty_leave(tty, "q");
}

static void
test_an_empty_database(void **state)
{
    const char *const arguments[] = { "--db", home_path("empty.db"), NULL };
    struct tty_options options = { .arguments = arguments };
    struct tty tty;

    (void)state;
    tty_open(&tty, &options);
    tty_expect(&tty, "? keys");
    assert_true(tty.modes.alternate);
    assert_true(tty.modes.pastes);
    leave(&tty);
}

static void
test_types(void **state)
{
    static const char *const types[] = { "xterm-256color", "screen",
                                         "tmux-256color",  "linux",
                                         "vt100",          "rxvt" };
    const char *const arguments[] = { "--db", database, NULL };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(types); i++) {
        struct tty_options options = { .arguments = arguments,
                                       .term = types[i] };
        struct tty tty;

        tty_open(&tty, &options);
        tty_expect(&tty, "vm000");
        tty_send(&tty, "2");
        tty_expect(&tty, "127.0.0.1");
        tty_send(&tty, "1");
        tty_expect(&tty, "vm001");
        leave(&tty);
    }
}

static void
test_a_relative_of_an_unknown_type(void **state)
{
    const char *const arguments[] = { "--db", database, NULL };
    struct tty_options options = { .arguments = arguments, .term = "xterm-new" };
    struct tty tty;

    (void)state;
    tty_open(&tty, &options);
    tty_expect(&tty, "vm000");
    tty_expect(&tty, "TERM xterm-new unknown: using");
    leave(&tty);
}

/* Then it goes line by line, and says why (test-linear). */
static void
test_no_full_screen(void **state)
{
    static const char *const types[] = { "dumb", "", "nobody-knows-it" };
    const char *const arguments[] = { "console", "--db", database, NULL };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(types); i++) {
        struct tty_options options = { .arguments = arguments,
                                       .term = types[i] };
        char said[64];
        struct tty tty;

        snprintf(said, sizeof(said), "TERM %s has no full screen",
                 *types[i] ? types[i] : "(none)");
        tty_open(&tty, &options);
        tty_expect(&tty, "[again]");
        assert_true(tty_was_sent(&tty, said));
        tty_leave(&tty, "q\n");
    }
}

static void
test_the_environment_has_no_size(void **state)
{
    static const char *const set[] = { "LINES=13", "COLUMNS=45", NULL };
    const char *const arguments[] = { "--db", database, NULL };
    struct tty_options options = {
        .arguments = arguments, .set = set, .width = 120, .height = 30
    };
    VTermScreenCell cell;
    struct tty tty;
    int rules = 0;

    (void)state;
    tty_open(&tty, &options);
    tty_expect(&tty, "? keys");
    for (int y = 0; y < 30; y++) /* a rule goes over the whole width */
        rules +=
            vterm_screen_get_cell(tty.screen, (VTermPos){ y, 119 }, &cell) &&
            cell.chars[0] == 0x2500;
    assert_true(rules > 0);
    leave(&tty);
}

static void
test_resizes(void **state)
{
    static const int sizes[][2] = { { 300, 100 }, { 80, 24 }, { 41, 13 },
                                    { 20, 5 },    { 2, 2 },   { 1, 1 },
                                    { 1, 50 },    { 200, 1 }, { 132, 43 } };
    const char *const arguments[] = { "--db", database, NULL };
    struct tty_options options = { .arguments = arguments };
    struct tty tty;

    (void)state;
    tty_open(&tty, &options);
    tty_expect(&tty, "vm000");
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < FT_ARRAY_SIZE(sizes); i++) {
            tty_resize(&tty, sizes[i][0], sizes[i][1]);
            tty_take(&tty, round ? 5 : 150);
            tty_send(&tty, i % 2 ? "j" : "k");
        }
    for (size_t i = 0; i < 100; i++) /* faster than it can draw */
        tty_resize(&tty, 1 + (int)(i * 37 % 300), 1 + (int)(i * 17 % 100));
    tty_resize(&tty, 80, 24);
    tty_expect(&tty, "vm000");
    tty_expect(&tty, "? keys");
    leave(&tty);
}

static void
test_it_opens_at_one_cell(void **state)
{
    const char *const arguments[] = { "--db", database, NULL };
    struct tty_options options = { .arguments = arguments,
                                   .width = 1,
                                   .height = 1 };
    struct tty tty;

    (void)state;
    tty_open(&tty, &options);
    tty_await_screen(&tty, true);
    tty_resize(&tty, 80, 24);
    tty_expect(&tty, "vm000");
    leave(&tty);
}

static void
test_colours(void **state)
{
    static const char *const no_color[] = { "NO_COLOR=1", NULL };
    static const struct {
        const char *option, *const *set, *term;
        bool coloured;
    } rows[] = {
        { "--readonly", NULL, "xterm-256color", true },
        { "--readonly", NULL, "linux", true },
        { "--readonly", NULL, "vt100", false },
        { "--mono", NULL, "xterm-256color", false },
        { "--readonly", no_color, "xterm-256color", false },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(rows); i++) {
        const char *const arguments[] = { "console", "--db", database,
                                          rows[i].option, NULL };
        struct tty_options options = { .arguments = arguments,
                                       .term = rows[i].term,
                                       .set = rows[i].set };
        struct tty tty;

        tty_open(&tty, &options);
        tty_expect(&tty, "vm000");
        tty_send(&tty, "\r");
        tty_take(&tty, 100);
        tty_send(&tty, "\033");
        tty_take(&tty, 100);
        assert_int_equal(tty_was_coloured(&tty), rows[i].coloured);
        leave(&tty);
    }
}

/* Every byte that is sent, and everything that is seen. */
static void
expect_ascii(const struct tty *tty)
{
    for (size_t i = 0; i < tty->raw_size; i++)
        if ((unsigned char)tty->raw[i] >= 0x80)
            fail_msg("byte %02x", (unsigned char)tty->raw[i]);
}

static void
test_ascii(void **state)
{
    static const char *const plain[] = { "LANG=C", NULL };
    static const struct {
        const char *option, *const *set;
    } rows[] = { { "--readonly", plain }, { "--ascii", NULL } };
    static const char *const names[] = { "gr\xc3\xbc\xc3\x9f", "\xe6\x97\xa5",
                                         "e\xcc\x81t\xc3\xa9" };
    const char *path = fill("ascii.db", 3, names);

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(rows); i++) {
        const char *const arguments[] = { "console", "--db", path,
                                          rows[i].option, NULL };
        struct tty_options options = { .arguments = arguments,
                                       .set = rows[i].set };
        struct tty tty;

        tty_open(&tty, &options);
        tty_expect(&tty, "? keys");
        tty_send(&tty, "\r");
        tty_take(&tty, 200);
        tty_send(&tty, "\033");
        tty_expect(&tty, "? keys");
        expect_ascii(&tty);
        leave(&tty);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_database),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_a_relative_of_an_unknown_type),
        cmocka_unit_test(test_no_full_screen),
        cmocka_unit_test(test_the_environment_has_no_size),
        cmocka_unit_test(test_resizes),
        cmocka_unit_test(test_it_opens_at_one_cell),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_ascii),
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
