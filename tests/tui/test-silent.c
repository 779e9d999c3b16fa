/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts that take the connection and never say a word, so that ssh waits for
 * them: nobody else does, neither keys, nor who leaves, nor a change of hosts.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "tests/tui/fill.h"
#include "tests/tui/tty.h"

/* Less than ssh waits for a host that is silent: 10 s; and for all of them. */
#define QUICK_MS 6000

static char address[32];
static struct pollfd silent = { .events = POLLIN }; /* somebody has connected */

static int
listen_silently(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    snprintf(address, sizeof(address), "127.0.0.1:%u", ntohs(at.sin_port));
    fill_hosts_at(address);
    return fd;
}

/* Those who came before are taken, and told as little. How many these were. */
static int
take_all(void)
{
    int count = 0;

    for (; poll(&silent, 1, 0) == 1; count++)
        assert_true(accept4(silent.fd, NULL, NULL, SOCK_CLOEXEC) >= 0);
    return count;
}

static void
open_console(struct tty *tty, const char *database)
{
    const char *const arguments[] = { "--db", database, NULL };
    struct tty_options options = { .arguments = arguments };

    take_all();
    tty_open(tty, &options);
    tty_expect(tty, "? keys");
    assert_int_equal(poll(&silent, 1, TTY_WAIT_MS), 1); /* ssh has begun */
}

static int64_t
ms_since(int64_t begin)
{
    return (ft_clock_ns() - begin) / FT_NS_PER_MS;
}

static void
leave(struct tty *tty)
{
    int64_t begin = ft_clock_ns();

    tty_send(tty, "\033[21~"); /* F10 */
    assert_int_equal(tty_end(tty), 0);
    assert_true(ms_since(begin) < QUICK_MS);
    tty_is_restored(tty);
    tty_close(tty);
}

static void
test_leaving(void **state)
{
    struct tty tty;

    (void)state;
    open_console(&tty, fill("silent.db", 1, NULL));
    leave(&tty);
}

/* So many at least, and those that come right after them. */
static int
wait_for_connections(struct tty *tty, int wanted)
{
    int64_t begin = ft_clock_ns();
    int count = 0;

    while (count < wanted && ms_since(begin) < TTY_WAIT_MS) {
        tty_take(tty, 20);
        count += take_all();
    }
    tty_take(tty, 200);
    return count + take_all();
}

/* Somebody adds a host elsewhere: that one is connected, and no other. */
static void
test_hosts_that_change(void **state)
{
    static const char *const keys[] = { "j", "k" };
    static const char *const then[] = { "$ ftadmin status vm001",
                                        "$ ftadmin status vm000" };
    char kept[300];
    struct tty tty;
    int64_t begin, slowest = 0;

    (void)state;
    snprintf(kept, sizeof(kept), "%s", fill("changing.db", 2, NULL));
    open_console(&tty, kept);
    assert_int_equal(wait_for_connections(&tty, 3), 3);
    fill_one_more_host(kept, "h3");
    assert_in_range(wait_for_connections(&tty, 1), 1, 3);
    begin = ft_clock_ns();
    for (int i = 0; ms_since(begin) < 3000; i++) {
        int64_t key = ft_clock_ns();

        tty_send(&tty, keys[i % 2]);
        tty_expect(&tty, then[i % 2]);
        slowest = FT_MAX(slowest, ms_since(key));
        tty_take(&tty, 20);
    }
    print_message("the slowest key took %lld ms\n", (long long)slowest);
    assert_true(slowest < QUICK_MS);
    tty_send(&tty, "2");
    tty_expect(&tty, "h3");
    leave(&tty);
}

/* One after the other, each while the one before is still waited for. */
static void
test_hosts_that_change_again_and_again(void **state)
{
    char kept[300], name[8];
    struct tty tty;

    (void)state;
    snprintf(kept, sizeof(kept), "%s", fill("restless.db", 2, NULL));
    open_console(&tty, kept);
    tty_send(&tty, "2");
    for (int i = 3; i < 11; i++) {
        snprintf(name, sizeof(name), "h%d", i);
        fill_one_more_host(kept, name);
        tty_take(&tty, 400);
    }
    tty_expect(&tty, "h10");
    leave(&tty);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaving),
        cmocka_unit_test(test_hosts_that_change),
        cmocka_unit_test(test_hosts_that_change_again_and_again),
    };
    int failed;

    if (home_enter(NULL))
        return 1;
    silent.fd = listen_silently();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    close(silent.fd);
    home_leave(NULL);
    return failed;
}
