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
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "tests/tui/fill.h"
#include "tests/tui/tty.h"
#include "ui/tui/terminal.h"

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

/* What is pasted over several lines answers no question that is open. */
static void
test_a_paste_of_several_lines(void **state)
{
    struct tty tty;

    (void)state;
    open_linear(&tty, NULL);
    tty_send(&tty, "vm001\n");
    tty_expect(&tty, "VM [again]");
    tty_send(&tty, "a\n");
    tty_expect(&tty, "A letter, or Enter for nothing:");
    tty_send(&tty, "U\n");
    tty_expect(&tty, "Type its name to do it, or Enter for no:");
    tty_send(&tty, "vm001\nls -l\n");
    tty_expect(&tty, "What is pasted answers no question");
    assert_false(tty_was_sent(&tty, "begun:"));
    tty_send(&tty, "vm001\n"); /* typed */
    tty_expect(&tty, "begun: unprotect vm001 --force --yes");
    leave(&tty, "q\n");
}

static void
test_it_stops_and_goes_on(void **state)
{
    struct tty tty;

    (void)state;
    open_linear(&tty, NULL);
    tty_send(&tty, "\032");
    tty_stop(&tty);
    tty_is_restored(&tty);
    tty_continue(&tty);
    tty_send(&tty, "hosts\n");
    tty_expect(&tty, "Hosts [again]");
    leave(&tty, "q\n");
}

/* ---- while a secret is typed ---- */

static bool
echoes(int fd)
{
    struct termios settings;

    assert_int_equal(tcgetattr(fd, &settings), 0);
    return (settings.c_lflag & (ECHO | ISIG)) == (ECHO | ISIG);
}

/* As the console's main thread does it; its guard is this process. */
static void __attribute__((noreturn)) be_silent(void)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_terminal_guard(STDIN_FILENO, &err))
        _exit(1);
    ft_terminal_silence(true);
    printf("%d\n", (int)getpid());
    fflush(stdout);
    for (;;)
        pause();
}

static void
test_a_death_while_a_secret_is_typed(void **state)
{
    static const int numbers[] = { SIGKILL, SIGTERM, SIGHUP, SIGSEGV };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(numbers); i++) {
        char line[64] = "";
        int master, slave, status;
        pid_t pid;
        ssize_t n;

        assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            close(master);
            login_tty(slave);
            be_silent();
        }
        n = read(master, line, sizeof(line) - 1);
        assert_true(n > 0 && strtol(line, NULL, 10) > 1);
        assert_false(echoes(slave));
        assert_int_equal(kill((pid_t)strtol(line, NULL, 10), numbers[i]), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i]);
        assert_true(echoes(slave));
        close(master);
        close(slave);
    }
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
        cmocka_unit_test(test_a_paste_of_several_lines),
        cmocka_unit_test(test_it_stops_and_goes_on),
        cmocka_unit_test(test_a_death_while_a_secret_is_typed),
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
