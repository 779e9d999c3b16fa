/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/wire.h"

#include <gnutls/gnutls.h>
#include <poll.h>
#include <stdlib.h>

#include "link/tls.h"

/* One side of a handshake on a thread of its own. */
struct side {
    int fd;
    int is_server;
    const char *identity;
    const unsigned char *key;
    int64_t deadline_ns;
    struct ft_tls *tls;
    struct ft_error err;
    int rc;
};

static int
lookup(const char *identity, unsigned char key[FT_TLS_KEY_SIZE], void *opaque)
{
    struct side *side = opaque;

    if (strcmp(identity, side->identity))
        return -ENOENT;
    memcpy(key, side->key, FT_TLS_KEY_SIZE);
    return 0;
}

static void *
side_main(void *opaque)
{
    struct side *side = opaque;

    side->rc = side->is_server
                   ? ft_tls_server(side->fd, lookup, side, side->deadline_ns,
                                   &side->tls, &side->err)
                   : ft_tls_client(side->fd, side->identity, side->key,
                                   side->deadline_ns, &side->tls, &side->err);
    return NULL;
}

static void
shake(struct side sides[2])
{
    pthread_t threads[2];

    for (int i = 0; i < 2; i++) {
        sides[i].deadline_ns = soon(20000);
        threads[i] = spawn(side_main, &sides[i]);
    }
    for (int i = 0; i < 2; i++)
        join(threads[i]);
}

/* sides[0] is the client. */
static void
open_sides(struct side sides[2], int tcp, int small)
{
    int fds[2];

    if (tcp)
        tcp_pair(fds);
    else
        local_pair(fds);
    if (small)
        small_buffers(fds);
    memset(sides, 0, 2 * sizeof(*sides));
    for (int i = 0; i < 2; i++) {
        sides[i].fd = fds[i];
        sides[i].is_server = i;
        sides[i].identity = PAIR_ID;
        sides[i].key = key_one;
    }
}

static void
connect_sides(struct side sides[2], int tcp, int small)
{
    open_sides(sides, tcp, small);
    shake(sides);
    assert_int_equal(sides[0].rc, 0);
    assert_int_equal(sides[1].rc, 0);
}

static void
close_sides(struct side sides[2])
{
    ft_tls_close(sides[0].tls);
    ft_tls_close(sides[1].tls);
}

static void
test_talk(void **state)
{
    struct side sides[2];
    char data[16];

    (void)state;
    connect_sides(sides, 1, 0);
    assert_string_equal(ft_tls_identity(sides[1].tls), PAIR_ID);
    assert_int_equal(ft_tls_send(sides[0].tls, "hello", 5, soon(20000)), 0);
    assert_int_equal(ft_tls_receive_full(sides[1].tls, data, 5, soon(20000)), 0);
    assert_memory_equal(data, "hello", 5);
    assert_int_equal(ft_tls_send(sides[1].tls, "good day", 8, soon(20000)), 0);
    assert_int_equal(ft_tls_receive(sides[0].tls, data, 16, soon(20000)), 8);
    assert_memory_equal(data, "good day", 8);
    close_sides(sides);
}

static void
test_wrong_key(void **state)
{
    struct side sides[2];

    (void)state;
    open_sides(sides, 1, 0);
    sides[1].key = key_two;
    shake(sides);
    assert_int_equal(sides[0].rc, -EACCES);
    assert_int_equal(sides[1].rc, -EACCES);
    assert_non_null(strstr(sides[0].err.text, "keys differ"));
    assert_non_null(strstr(sides[1].err.text, "keys differ"));
}

static void
test_unknown_identity(void **state)
{
    struct side sides[2];

    (void)state;
    open_sides(sides, 1, 0);
    sides[0].identity = OTHER_ID;
    shake(sides);
    assert_int_equal(sides[0].rc, -EACCES);
    assert_int_equal(sides[1].rc, -EACCES);
    assert_non_null(strstr(sides[1].err.text, "unknown identity"));
    /* The client learns no more than with a wrong key. */
    assert_non_null(strstr(sides[0].err.text, "keys differ"));
}

static void
server_meets(const void *bytes, size_t size, int hang_up, int expected)
{
    struct side sides[2];
    pthread_t thread;

    open_sides(sides, 0, 0);
    sides[1].deadline_ns = soon(hang_up || size ? 10000 : 100);
    if (size)
        assert_int_equal(write(sides[0].fd, bytes, size), size);
    if (hang_up)
        shutdown(sides[0].fd, SHUT_WR);
    thread = spawn(side_main, &sides[1]);
    join(thread);
    if (sides[1].rc != expected)
        print_error("%zu bytes: %s\n", size, sides[1].err.text);
    assert_int_equal(sides[1].rc, expected);
    assert_string_not_equal(sides[1].err.text, "");
    close(sides[0].fd);
}

static void
test_no_tls_at_all(void **state)
{
    static const char http[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    unsigned char noise[4096];

    (void)state;
    server_meets(http, sizeof(http) - 1, 0, -EPROTO);
    fill_random(noise, sizeof(noise), 7);
    server_meets(noise, sizeof(noise), 0, -EPROTO);
    server_meets(NULL, 0, 1, -EPIPE);
    server_meets("\x16\x03\x01\x02\x00\x01", 6, 1, -EPROTO);
    server_meets(NULL, 0, 0, -ETIMEDOUT);
}

/* Neither TLS 1.2 nor a PSK without a Diffie-Hellman exchange gets in. */
static void
weak_client(const char *priority)
{
    gnutls_psk_client_credentials_t credentials;
    gnutls_datum_t key = { (unsigned char *)key_one, sizeof(key_one) };
    gnutls_session_t session;
    struct side sides[2];
    pthread_t thread;
    int rc;

    open_sides(sides, 0, 0);
    sides[1].deadline_ns = soon(20000);
    gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    assert_int_equal(gnutls_priority_set_direct(session, priority, NULL), 0);
    gnutls_psk_allocate_client_credentials(&credentials);
    gnutls_psk_set_client_credentials(credentials, PAIR_ID, &key,
                                      GNUTLS_PSK_KEY_RAW);
    gnutls_credentials_set(session, GNUTLS_CRD_PSK, credentials);
    gnutls_transport_set_int(session, sides[0].fd);
    thread = spawn(side_main, &sides[1]);
    do
        rc = gnutls_handshake(session);
    while (rc < 0 && !gnutls_error_is_fatal(rc));
    assert_true(rc < 0);
    gnutls_deinit(session);
    gnutls_psk_free_client_credentials(credentials);
    close(sides[0].fd);
    join(thread);
    assert_true(sides[1].rc < 0);
}

static void
test_weak_clients(void **state)
{
    (void)state;
    weak_client("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-PSK:+DHE-PSK");
    weak_client("NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:+PSK");
}

#define FLOOD (24u << 20)

struct flow {
    struct ft_tls *tls;
    uint64_t seed;
    size_t bad;
    int rc;
};

static void *
flood_out(void *opaque)
{
    struct flow *flow = opaque;
    unsigned char *data = malloc(FLOOD);

    fill_random(data, FLOOD, flow->seed);
    flow->rc = ft_tls_send(flow->tls, data, FLOOD, soon(120000));
    free(data);
    return NULL;
}

static void *
flood_in(void *opaque)
{
    struct flow *flow = opaque;
    unsigned char *data = malloc(FLOOD), *want = malloc(FLOOD);

    fill_random(want, FLOOD, flow->seed);
    flow->rc = ft_tls_receive_full(flow->tls, data, FLOOD, soon(120000));
    flow->bad = memcmp(data, want, FLOOD) != 0;
    free(data);
    free(want);
    return NULL;
}

/* Four threads: both directions full at the same time, tiny buffers. */
static void
flood_both_ways(int small)
{
    struct side sides[2];
    struct flow flows[4];
    pthread_t threads[4];

    /* Tiny buffers on a local socket: TCP would wait for delayed ACKs. */
    connect_sides(sides, !small, small);
    for (int i = 0; i < 4; i++) {
        flows[i] = (struct flow){ sides[i / 2].tls, 0, 0, -1 };
        flows[i].seed = i == 0 || i == 3 ? 1 : 2;
        threads[i] = spawn(i % 2 ? flood_in : flood_out, &flows[i]);
    }
    for (int i = 0; i < 4; i++) {
        join(threads[i]);
        assert_int_equal(flows[i].rc, 0);
        assert_int_equal(flows[i].bad, 0);
    }
    close_sides(sides);
}

static void
test_both_ways(void **state)
{
    (void)state;
    flood_both_ways(0);
    flood_both_ways(1);
}

/* Returns when the socket takes no more: its peer does not read. */
static void
wait_until_full(struct ft_tls *tls)
{
    struct pollfd p = { ft_tls_fd(tls), POLLOUT, 0 };
    int64_t deadline = soon(60000);

    while (poll(&p, 1, 0) != 0) {
        assert_true(ft_clock_ns() < deadline);
        usleep(1000);
    }
}

/* A send that has to wait for its reader says for how long. */
static void
test_blocked(void **state)
{
    struct side sides[2];
    struct flow out, in;
    pthread_t sender;
    int64_t before;

    (void)state;
    connect_sides(sides, 0, 1);
    before = ft_tls_blocked_ns(sides[0].tls);
    out = (struct flow){ sides[0].tls, 1, 0, -1 };
    in = (struct flow){ sides[1].tls, 1, 0, -1 };
    sender = spawn(flood_out, &out);
    wait_until_full(sides[0].tls);
    usleep(20000);
    flood_in(&in);
    join(sender);
    assert_int_equal(out.rc, 0);
    assert_int_equal(in.rc, 0);
    assert_true(ft_tls_blocked_ns(sides[0].tls) - before >= 10 * FT_NS_PER_MS);
    close_sides(sides);
}

/*
 * A peer of plain GnuTLS that changes keys, and asks us to, again and again
 * while both directions are busy.
 */
static void *
rekeying_peer(void *opaque)
{
    struct side *side = opaque;
    gnutls_psk_client_credentials_t credentials;
    gnutls_datum_t key = { (unsigned char *)key_one, sizeof(key_one) };
    unsigned char data[16384];
    gnutls_session_t session;
    ssize_t n = 1;
    int rc;

    gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    gnutls_priority_set_direct(session,
                               "NORMAL:-KX-ALL:+ECDHE-PSK:"
                               "-VERS-ALL:+VERS-TLS1.3:-AES-256-GCM",
                               NULL);
    gnutls_psk_allocate_client_credentials(&credentials);
    gnutls_psk_set_client_credentials(credentials, PAIR_ID, &key,
                                      GNUTLS_PSK_KEY_RAW);
    gnutls_credentials_set(session, GNUTLS_CRD_PSK, credentials);
    gnutls_transport_set_int(session, side->fd);
    do
        rc = gnutls_handshake(session);
    while (rc < 0 && !gnutls_error_is_fatal(rc));
    /* Echoes; GnuTLS allows a peer 8 updates a second. */
    for (int i = 0; rc >= 0 && n > 0; i++) {
        /* A key update that was dealt with shows as GNUTLS_E_AGAIN. */
        do
            n = gnutls_record_recv(session, data, sizeof(data));
        while (n == GNUTLS_E_AGAIN);
        if (n > 0)
            rc = (int)gnutls_record_send(session, data, (size_t)n);
        if (n > 0 && rc >= 0 && i % 40 == 0 && i / 40 < 6)
            rc = gnutls_session_key_update(session, GNUTLS_KU_PEER);
    }
    side->rc = rc < 0 ? rc : n < 0 ? (int)n : 0;
    if (side->rc)
        print_error("peer: %s\n", gnutls_strerror(side->rc));
    gnutls_bye(session, GNUTLS_SHUT_WR);
    gnutls_deinit(session);
    gnutls_psk_free_client_credentials(credentials);
    close(side->fd);
    return NULL;
}

#define ECHOED (4u << 20)

static void *
echo_out(void *opaque)
{
    struct flow *flow = opaque;
    unsigned char *data = malloc(ECHOED);

    fill_random(data, ECHOED, 5);
    flow->rc = ft_tls_send(flow->tls, data, ECHOED, soon(60000));
    free(data);
    return NULL;
}

static void
test_key_updates(void **state)
{
    unsigned char *data = malloc(ECHOED), *want = malloc(ECHOED);
    struct side sides[2];
    struct flow out;
    pthread_t peer, sender;

    (void)state;
    open_sides(sides, 0, 0);
    sides[1].deadline_ns = soon(20000);
    peer = spawn(rekeying_peer, &sides[0]);
    side_main(&sides[1]);
    assert_int_equal(sides[1].rc, 0);
    out = (struct flow){ sides[1].tls, 0, 0, -1 };
    sender = spawn(echo_out, &out);
    fill_random(want, ECHOED, 5);
    assert_int_equal(ft_tls_receive_full(sides[1].tls, data, ECHOED,
                                         soon(60000)),
                     0);
    join(sender);
    assert_int_equal(out.rc, 0);
    assert_memory_equal(data, want, ECHOED);
    ft_tls_close(sides[1].tls);
    join(peer);
    assert_int_equal(sides[0].rc, 0);
    free(data);
    free(want);
}

static void *
send_for_ever(void *opaque)
{
    struct flow *flow = opaque;
    static unsigned char data[1 << 20];

    do
        flow->rc = ft_tls_send(flow->tls, data, sizeof(data), FT_NO_DEADLINE);
    while (!flow->rc);
    return NULL;
}

static void *
receive_for_ever(void *opaque)
{
    struct flow *flow = opaque;
    char byte;

    flow->rc = (int)ft_tls_receive(flow->tls, &byte, 1, FT_NO_DEADLINE);
    return NULL;
}

static void
test_shutdown_wakes(void **state)
{
    struct side sides[2];
    struct flow out, in;
    pthread_t sender, receiver;

    (void)state;
    connect_sides(sides, 1, 1);
    out = in = (struct flow){ sides[0].tls, 0, 0, 0 };
    sender = spawn(send_for_ever, &out);
    receiver = spawn(receive_for_ever, &in);
    wait_until_full(sides[0].tls);
    ft_tls_shutdown(sides[0].tls);
    join(sender);
    join(receiver);
    assert_int_equal(out.rc, -EPIPE);
    assert_int_equal(in.rc, -EPIPE);
    close_sides(sides);
}

static void
test_ends(void **state)
{
    struct side sides[2];
    char byte;

    (void)state;
    connect_sides(sides, 1, 0);
    ft_tls_close(sides[0].tls);
    assert_int_equal(ft_tls_receive(sides[1].tls, &byte, 1, soon(20000)), 0);
    ft_tls_close(sides[1].tls);

    /* Cut off without a goodbye is something else. */
    connect_sides(sides, 1, 0);
    shutdown(ft_tls_fd(sides[0].tls), SHUT_RDWR);
    assert_int_equal(ft_tls_receive(sides[1].tls, &byte, 1, soon(20000)),
                     -EPIPE);
    assert_int_equal(ft_tls_error(sides[1].tls), -EPIPE);
    close_sides(sides);

    /* So is a reset. */
    connect_sides(sides, 1, 0);
    {
        struct linger now = { 1, 0 };
        int fd = dup(ft_tls_fd(sides[0].tls));

        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        close(dup2(fd, fd));
        ft_tls_close(sides[0].tls);
    }
    assert_int_equal(ft_tls_receive(sides[1].tls, &byte, 1, soon(20000)) <= 0,
                     1);
    ft_tls_close(sides[1].tls);
}

static void
test_deadline_loses_nothing(void **state)
{
    struct side sides[2];
    char data[8];

    (void)state;
    connect_sides(sides, 1, 0);
    assert_int_equal(ft_tls_receive(sides[0].tls, data, 8, soon(20)),
                     -ETIMEDOUT);
    assert_int_equal(ft_tls_error(sides[0].tls), 0);
    assert_int_equal(ft_tls_send(sides[1].tls, "late", 4, soon(20000)), 0);
    assert_int_equal(ft_tls_receive(sides[0].tls, data, 8, soon(20000)), 4);
    close_sides(sides);
}

/* Bytes changed on the wire are found, wherever they are. */
static void
test_tampering(void **state)
{
    (void)state;
    for (int at = 0; at < 40; at++) {
        struct side sides[2];
        unsigned char record[256];
        char data[64];
        ssize_t n, rc;
        int middle[2];

        connect_sides(sides, 0, 0);
        /* Takes what was sent off the wire and puts it back, damaged. */
        memset(data, 'x', sizeof(data));
        assert_int_equal(ft_tls_send(sides[0].tls, data, 32, soon(20000)), 0);
        n = recv(ft_tls_fd(sides[1].tls), record, sizeof(record), 0);
        assert_true(n > 40);
        record[at] ^= 0x10;
        local_pair(middle);
        assert_true(dup2(middle[0], ft_tls_fd(sides[1].tls)) >= 0);
        assert_int_equal(write(middle[1], record, (size_t)n), n);
        shutdown(middle[1], SHUT_WR);
        rc = ft_tls_receive(sides[1].tls, data, sizeof(data), soon(20000));
        assert_true(rc == -EPROTO || rc == -EPIPE);
        close(middle[0]);
        close(middle[1]);
        close_sides(sides);
    }
}

static void
test_connect_errors(void **state)
{
    const char *const nobody[] = { "127.0.0.1", "::1" };
    const char *const named[] = { "localhost" };
    struct ft_error err = FT_ERROR_INIT;
    int listener, fd;
    uint16_t port;

    (void)state;
    assert_int_equal(ft_tcp_listen(0, &listener, &err), 0);
    port = ft_tcp_port(listener);
    close(listener);
    assert_int_equal(ft_tcp_connect(nobody, 1, port, soon(20000), &fd, &err),
                     -ECONNREFUSED);
    assert_non_null(strstr(err.text, "127.0.0.1: connection refused"));
    assert_non_null(strstr(err.hint, "ftengine"));
    assert_int_equal(ft_tcp_connect(nobody, 2, port, soon(20000), &fd, &err),
                     -ECONNREFUSED);
    assert_non_null(strstr(err.text, "::1"));
    assert_int_equal(ft_tcp_connect(named, 1, port, soon(20000), &fd, &err),
                     -EINVAL);
    assert_int_equal(ft_tcp_connect(NULL, 0, port, soon(20000), &fd, &err),
                     -EINVAL);
}

/* A listener whose queue is full drops the SYN: nobody answers. */
static void
test_connect_times_out(void **state)
{
    const char *const here[] = { "127.0.0.1" };
    struct sockaddr_in address = { .sin_family = AF_INET };
    struct ft_error err = FT_ERROR_INIT;
    int listener = socket(AF_INET, SOCK_STREAM, 0), fds[16], n, rc = 0;
    int64_t start;

    (void)state;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address,
                          sizeof(address)),
                     0);
    assert_int_equal(listen(listener, 0), 0);
    for (n = 0; n < 16 && !rc; n++) {
        start = ft_clock_ns();
        rc = ft_tcp_connect(here, 1, ft_tcp_port(listener), soon(300), &fds[n],
                            &err);
    }
    assert_int_equal(rc, -ETIMEDOUT);
    assert_true(ft_clock_ns() - start >= 290 * FT_NS_PER_MS);
    assert_non_null(strstr(err.text, "127.0.0.1: no answer"));
    for (int i = 0; i < n - 1; i++)
        close(fds[i]);
    close(listener);
}

static void
test_second_address(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct sockaddr_in address = { .sin_family = AF_INET };
    const char *const hosts[] = { "127.0.0.9", "127.0.0.1" };
    int listener = socket(AF_INET, SOCK_STREAM, 0), fd;
    char name[64];

    (void)state;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address,
                          sizeof(address)),
                     0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(ft_tcp_connect(hosts, 2, ft_tcp_port(listener),
                                    soon(20000), &fd, &err),
                     0);
    ft_tcp_peer_name(fd, name, sizeof(name));
    assert_memory_equal(name, "127.0.0.1 port ", 15);
    close(fd);
    close(listener);
}

static void
test_port_taken(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    int first, second;

    (void)state;
    assert_int_equal(ft_tcp_listen(0, &first, &err), 0);
    assert_int_equal(ft_tcp_listen(ft_tcp_port(first), &second, &err),
                     -EADDRINUSE);
    assert_non_null(strstr(err.hint, "ss -ltnp"));
    close(first);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talk),
        cmocka_unit_test(test_wrong_key),
        cmocka_unit_test(test_unknown_identity),
        cmocka_unit_test(test_no_tls_at_all),
        cmocka_unit_test(test_weak_clients),
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_blocked),
        cmocka_unit_test(test_key_updates),
        cmocka_unit_test(test_shutdown_wakes),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_deadline_loses_nothing),
        cmocka_unit_test(test_tampering),
        cmocka_unit_test(test_connect_errors),
        cmocka_unit_test(test_connect_times_out),
        cmocka_unit_test(test_second_address),
        cmocka_unit_test(test_port_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
