/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * However the console ends, stops or is left for a shell, the terminal is as it
 * was, and nothing runs on.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "tests/tui/fill.h"
#include "tests/tui/tty.h"

static const char *database;

static void
open_console(struct tty *tty, bool foreign)
{
    const char *const arguments[] = { "--db", database, NULL };
    struct tty_options options = { .arguments = arguments, .foreign = foreign };

    tty_open(tty, &options);
    tty_expect(tty, "? keys");
    assert_true(tty->modes.alternate && tty->modes.pastes);
}

/* Of what the test has started, nothing is left but the session leader. */
static bool
is_gone(pid_t pid)
{
    int64_t until = ft_clock_ns() + TTY_WAIT_MS * FT_NS_PER_MS;

    while (kill(pid, 0) == 0 && ft_clock_ns() < until) {
        waitpid(pid, NULL, WNOHANG); /* where it became ours */
        ft_clock_sleep(10 * FT_NS_PER_MS);
    }
    return kill(pid, 0) < 0 && errno == ESRCH;
}

static void
test_leaving(void **state)
{
    static const char *const ways[] = { "q", "\033[21~" /* F10 */, ":q\r" };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(ways); i++) {
        struct tty tty;
        pid_t drawing;
        int64_t begin;

        open_console(&tty, false);
        drawing = tty_process(&tty, 1);
        begin = ft_clock_ns();
        tty_send(&tty, ways[i]);
        assert_int_equal(tty_end(&tty), 0);
        print_message("ended %lld ms after the key\n",
                      (long long)(ft_clock_ns() - begin) / FT_NS_PER_MS);
        tty_is_restored(&tty);
        assert_true(is_gone(drawing));
        tty_close(&tty);
    }
}

/* What libraries print has nowhere to go. */
static void
test_messages_stay_off_the_screen(void **state)
{
    char path[64], target[64] = "";
    struct tty tty;

    (void)state;
    open_console(&tty, false);
    snprintf(path, sizeof(path), "/proc/%d/fd/2", tty_process(&tty, 1));
    assert_true(readlink(path, target, sizeof(target) - 1) > 0);
    assert_string_equal(target, "/dev/null");
    tty_send(&tty, "q");
    assert_int_equal(tty_end(&tty), 0);
    tty_close(&tty);
}

static void
test_every_death(void **state)
{
    static const int signals[] = { SIGTERM, SIGHUP,  SIGSEGV, SIGABRT, SIGBUS,
                                   SIGINT,  SIGQUIT, SIGKILL, SIGUSR1 };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(signals); i++) {
        struct tty tty;
        int status;

        open_console(&tty, false);
        tty_kill(&tty, 1, signals[i]);
        status = tty_end(&tty);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != signals[i])
            fail_msg("signal %d, and the status is %x", signals[i], status);
        tty_is_restored(&tty);
        tty_close(&tty);
    }
}

static void
test_every_death_of_the_parent(void **state)
{
    static const int signals[] = { SIGTERM, SIGHUP,  SIGINT,
                                   SIGQUIT, SIGKILL, SIGSEGV };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(signals); i++) {
        struct tty tty;
        pid_t drawing;

        open_console(&tty, false);
        drawing = tty_process(&tty, 1);
        tty_kill(&tty, 0, signals[i]);
        assert_true(WIFSIGNALED(tty_end(&tty)));
        assert_true(is_gone(drawing));
        tty_take(&tty, 50);
        tty_is_restored(&tty);
        tty_close(&tty);
    }
}

/* While a shell has the terminal, it is that shell's. */
static void
test_death_while_it_is_stopped(void **state)
{
    struct tty tty;
    size_t size;

    (void)state;
    open_console(&tty, false);
    tty_send(&tty, "\032");
    tty_stop(&tty);
    tty_take(&tty, 50);
    tty_is_restored(&tty);
    size = tty.raw_size;
    kill(-tty.pid, SIGTERM); /* as kill %1 does */
    kill(-tty.pid, SIGCONT);
    close(tty.orders);
    tty.orders = -1;
    assert_true(is_gone(tty.pid));
    tty_take(&tty, 50);
    assert_int_equal(tty.raw_size, size);
    tty.ended = true;
    tty_close(&tty);
}

static void
test_a_hangup(void **state)
{
    (void)state;
    for (int foreign = 0; foreign < 2; foreign++) {
        struct tty tty;
        pid_t pid, drawing;

        open_console(&tty, foreign);
        pid = tty_process(&tty, 0);
        drawing = tty_process(&tty, 1);
        tty_hang_up(&tty);
        assert_true(is_gone(drawing));
        for (int i = 0; i < TTY_WAIT_MS / 20 && !tty.ended; i++)
            tty_take(&tty, 20);
        assert_true(tty.ended);
        assert_true(is_gone(pid));
        tty_close(&tty);
    }
}

static void
test_stop_and_go_on(void **state)
{
    (void)state;
    for (int by_signal = 0; by_signal < 2; by_signal++) {
        struct tty tty;

        open_console(&tty, false);
        if (by_signal)
            kill(-tty_process(&tty, 0), SIGTSTP);
        else
            tty_send(&tty, "\032");
        tty_stop(&tty);
        tty_take(&tty, 50);
        tty_is_restored(&tty);
        tty_resize(&tty, 100, 30);
        tty_continue(&tty);
        tty_expect(&tty, "? keys");
        assert_true(tty.modes.alternate && tty.modes.pastes);
        tty_send(&tty, "2");
        tty_expect(&tty, "127.0.0.1");
        tty_send(&tty, "qq");
        assert_int_equal(tty_end(&tty), 0);
        tty_is_restored(&tty);
        tty_close(&tty);
    }
}

static void
test_a_shell(void **state)
{
    struct tty tty;

    (void)state;
    open_console(&tty, false);
    tty_send(&tty, "\033[15~"); /* F5 */
    tty_await_screen(&tty, false);
    /* What is typed before the shell has the terminal is no line of its. */
    tty_expect(&tty, TTY_PROMPT);
    tty_send(&tty, "echo in a $((40 + 2)) shell >&2; trap\r");
    tty_expect(&tty, "in a 42 shell");
    tty_resize(&tty, 90, 20);
    tty_send(&tty, "exit\r");
    tty_await_screen(&tty, true);
    tty_expect(&tty, "? keys");
    tty_send(&tty, "q");
    assert_int_equal(tty_end(&tty), 0);
    tty_is_restored(&tty);
    tty_close(&tty);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaving),
        cmocka_unit_test(test_messages_stay_off_the_screen),
        cmocka_unit_test(test_every_death),
        cmocka_unit_test(test_every_death_of_the_parent),
        cmocka_unit_test(test_death_while_it_is_stopped),
        cmocka_unit_test(test_a_hangup),
        cmocka_unit_test(test_stop_and_go_on),
        cmocka_unit_test(test_a_shell),
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
