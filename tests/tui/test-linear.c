/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The linear console in a pty: not one escape sequence, an act from the first
 * line to its end, answers that were typed too early, and every way out.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
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
open_linear(struct tty *tty, const char *term)
{
    const char *const arguments[] = { "console", "--linear", "--db", database,
                                      NULL };
    const char *const by_itself[] = { "--db", database, NULL };
    struct tty_options options = { .arguments = term ? by_itself : arguments,
                                   .term = term,
                                   .width = 100,
                                   .height = 60 };

    tty_open(tty, &options);
    tty_expect(tty, "Overview [again]");
}

/* Letters, line ends; the terminal's own echo of a tab or ^C is not there. */
static void
is_plain(const struct tty *tty)
{
    for (size_t i = 0; i < tty->raw_size; i++) {
        unsigned char byte = (unsigned char)tty->raw[i];

        if (byte < 0x20 && byte != '\n' && byte != '\r')
            fail_msg("byte %02x was sent", byte);
    }
}

static void
leave(struct tty *tty, const char *keys)
{
    int status;

    tty_send(tty, keys);
    status = tty_end(tty);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    is_plain(tty);
    tty_is_restored(tty);
    tty_close(tty);
}

/* No host answers: by force, and the engines' absence is the answer. */
static void
test_an_act(void **state)
{
    struct tty tty;

    (void)state;
    open_linear(&tty, NULL);
    tty_send(&tty, "vm001\n");
    tty_expect(&tty, "VM: vm001");
    tty_expect(&tty, "VM [again]");
    tty_send(&tty, "a\n");
    tty_expect(&tty, "A letter, or Enter for nothing:");
    tty_expect(&tty, "switch over: not now, no host that could tell answers.");
    tty_send(&tty, "U\n");
    tty_expect(&tty, "SEVERE: unprotect by force vm001?");
    tty_expect(&tty, "Type its name to do it, or Enter for no:");
    tty_send(&tty, "vm001\n");
    tty_expect(&tty, "begun: unprotect vm001 --force --yes");
    tty_expect(&tty, "CRIT:"); /* and why; it came by itself */
    leave(&tty, "q\n");
}

static void
test_what_was_typed_before_the_question(void **state)
{
    struct tty tty;

    (void)state;
    open_linear(&tty, NULL);
    tty_send(&tty, "vm001\na\nU\nvm001\nvm001\n");
    tty_expect(&tty, "Type its name to do it, or Enter for no:");
    tty_take(&tty, 300);
    assert_false(tty_was_sent(&tty, "begun:"));
    tty_send(&tty, "\n");
    tty_expect(&tty, "nothing was done");
    leave(&tty, "q\n");
}

static void
test_changes_come_by_themselves(void **state)
{
    struct tty tty;

    (void)state;
    open_linear(&tty, "dumb");
    assert_true(tty_was_sent(&tty, "TERM dumb has no full screen"));
    tty_expect(&tty, "UTC\n"); /* the hosts refuse: that is news */
    tty_expect(&tty, "h1: connecting to refused.");
    leave(&tty, "q\n");
}

static void
test_ways_out(void **state)
{
    static const char *const ways[] = { "q\n", "quit\n", ":q\n", "\004" };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(ways); i++) {
        struct tty tty;

        open_linear(&tty, NULL);
        leave(&tty, ways[i]);
    }
}

static void
test_other_ends(void **state)
{
    struct tty tty;
    int status;

    (void)state;
    open_linear(&tty, NULL);
    tty_send(&tty, "\003");
    status = tty_end(&tty);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    tty_is_restored(&tty);
    tty_close(&tty);
    open_linear(&tty, NULL);
    tty_hang_up(&tty);
    for (int i = 0; i < TTY_WAIT_MS / 20 && !tty.ended; i++)
        tty_take(&tty, 20);
    assert_true(tty.ended);
    tty_close(&tty);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_act),
        cmocka_unit_test(test_what_was_typed_before_the_question),
        cmocka_unit_test(test_changes_come_by_themselves),
        cmocka_unit_test(test_ways_out),
        cmocka_unit_test(test_other_ends),
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
