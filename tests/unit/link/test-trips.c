/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Round trips on loopback: to a listener, to a port where nobody is, and to one
 * that is too full to answer, which is what a lost packet looks like.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "link/tcp.h"
#include "link/trips.h"

static int
listen_with(int backlog, uint16_t *port)
{
    struct sockaddr_in here = { .sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof(here)), 0);
    assert_int_equal(listen(fd, backlog), 0);
    *port = ft_tcp_port(fd);
    return fd;
}

static struct ft_trips_seen
measure(uint16_t port, unsigned sent)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_trips_seen seen;

    if (ft_trips_measure("127.0.0.1", port, sent, &seen, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(seen.sent, sent);
    assert_int_equal(seen.error, 0);
    return seen;
}

static void
test_answered(void **state)
{
    int64_t began = ft_clock_ns();
    struct ft_trips_seen seen;
    uint16_t port;
    int fd = listen_with(2 * FT_TRIPS_SENT, &port);

    (void)state;
    seen = measure(port, FT_TRIPS_SENT);
    assert_int_equal(seen.count, FT_TRIPS_SENT);
    assert_int_equal(seen.refused, 0);
    for (int i = 0; i < FT_TRIPS_SENT; i++)
        assert_true(seen.us[i] < 1000000);
    assert_true(ft_clock_ns() - began >=
                (FT_TRIPS_SENT - 1) * FT_TRIPS_SPACING_MS * FT_NS_PER_MS);
    close(fd);
    seen = measure(port, 3);
    assert_int_equal(seen.count, 3); /* a refusal is as good */
    assert_int_equal(seen.refused, 3);
}

static void
test_lost(void **state)
{
    uint16_t port;
    int fd = listen_with(0, &port);
    struct ft_trips_seen seen = measure(port, FT_TRIPS_SENT);

    (void)state;
    assert_true(seen.count >= 1);
    assert_true(seen.count <= 2);
    close(fd);
}

static void
test_no_way(void **state)
{
    static const char *const addresses[] = { "h1", "10.0.0.x", "fe80::zz" };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_trips_seen seen;

    (void)state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        assert_int_equal(ft_trips_measure(addresses[i], 7331, 20, &seen, &err),
                         -EINVAL);
        assert_int_equal(seen.count, 0);
    }
    /* a broadcast address takes no connections */
    assert_int_equal(ft_trips_measure("255.255.255.255", 7331, 20, &seen, &err),
                     0);
    assert_int_equal(seen.count, 0);
    assert_true(seen.error > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answered),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_no_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
