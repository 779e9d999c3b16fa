/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker's door, with connections from two addresses of the loopback. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "link/tcp.h"
#include "worker/door.h"

static int listen_fd = -1;
static struct ft_door door;
static int64_t now;

struct visitor {
    int near, far; /* the door's end, and its own */
    int place;
};

static struct visitor
visit(uint32_t from)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(ft_tcp_port(listen_fd)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in local = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(from) };
    struct pollfd ready = { listen_fd, POLLIN, 0 };
    struct visitor v = { .far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };

    assert_int_equal(bind(v.far, (struct sockaddr *)&local, sizeof(local)), 0);
    assert_int_equal(connect(v.far, (struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(poll(&ready, 1, 60000), 1);
    v.near = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    assert_true(v.near >= 0);
    v.place = ft_door_enter(&door, v.near, now++);
    return v;
}

static void
go(struct visitor *v)
{
    if (v->place >= 0)
        ft_door_leave(&door, v->place);
    close(v->near);
    close(v->far);
}

static int
is_cut(const struct visitor *v)
{
    struct pollfd p = { v->near, POLLIN, 0 };

    return poll(&p, 1, 0) == 1;
}

/* A crowd of one address drives out itself, and not who came from elsewhere. */
static void
the_peer_stays(void **state)
{
    struct visitor peer = visit(INADDR_LOOPBACK + 1);
    struct visitor crowd[FT_DOOR_STRANGERS_MAX - 1];
    int n = FT_ARRAY_SIZE(crowd);

    (void)state;
    for (int i = 0; i < n; i++)
        crowd[i] = visit(INADDR_LOOPBACK);
    for (int i = 0; i < 1000; i++) { /* whoever is cut leaves, one more comes */
        struct visitor next;

        now += FT_DOOR_STAY_NS;
        next = visit(INADDR_LOOPBACK);
        assert_true(next.place >= 0);
        assert_true(is_cut(&crowd[i % n]));
        assert_false(is_cut(&crowd[(i + 1) % n]));
        go(&crowd[i % n]);
        crowd[i % n] = next;
    }
    assert_false(is_cut(&peer));
    for (int i = 0; i < n; i++)
        go(&crowd[i]);
    go(&peer);
}

/* However fast it comes; who is not of it gets in at once. */
static void
a_crowd_costs_little(void **state)
{
    struct visitor crowd[FT_DOOR_STRANGERS_MAX], peer;

    (void)state;
    for (int i = 0; i < FT_DOOR_STRANGERS_MAX; i++)
        crowd[i] = visit(INADDR_LOOPBACK);
    for (int i = 0; i < 100; i++) {
        struct visitor next = visit(INADDR_LOOPBACK);

        assert_int_equal(next.place, -1);
        go(&next);
    }
    assert_false(is_cut(&crowd[0]));
    peer = visit(INADDR_LOOPBACK + 1);
    assert_true(peer.place >= 0);
    assert_true(is_cut(&crowd[0]));
    for (int i = 0; i < FT_DOOR_STRANGERS_MAX; i++)
        go(&crowd[i]);
    go(&peer);
}

/* While nobody leaves there is an end of places, and it is said. */
static void
nobody_leaves(void **state)
{
    struct visitor v[FT_DOOR_PLACES + 5];

    (void)state;
    for (int i = 0; i < (int)FT_ARRAY_SIZE(v); i++) {
        v[i] = visit(INADDR_LOOPBACK);
        assert_int_equal(v[i].place < 0, i >= FT_DOOR_PLACES);
        now += FT_DOOR_STAY_NS;
    }
    for (size_t i = 0; i < FT_ARRAY_SIZE(v); i++)
        go(&v[i]);
    v[0] = visit(INADDR_LOOPBACK);
    assert_int_equal(v[0].place, 0);
    go(&v[0]);
}

static int
open_door(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_door_init(&door);
    return ft_tcp_listen(0, &listen_fd, &err);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_peer_stays, open_door),
        cmocka_unit_test_setup(a_crowd_costs_little, open_door),
        cmocka_unit_test_setup(nobody_leaves, open_door),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
