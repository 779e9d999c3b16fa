/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers of the tests of the wire: connected sockets, keys, threads, time.
 */
#ifndef FT_TESTS_WIRE_H
#define FT_TESTS_WIRE_H

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "link/tcp.h"

#define PAIR_ID "6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e81"
#define OTHER_ID "00000000-0000-4000-8000-000000000001"

static const unsigned char key_one[32] = "0123456789abcdef0123456789abcde";
static const unsigned char key_two[32] = "0123456789abcdef0123456789abcdX";

static inline int64_t
soon(int64_t ms)
{
    return ft_clock_ns() + ms * FT_NS_PER_MS;
}

/* Two ends of a TCP connection over loopback. */
static inline void
tcp_pair(int fds[2])
{
    static const char *const here[] = { "127.0.0.1" };
    struct ft_error err = FT_ERROR_INIT;
    int listener;

    assert_int_equal(ft_tcp_listen(0, &listener, &err), 0);
    assert_int_equal(ft_tcp_connect(here, 1, ft_tcp_port(listener), soon(20000),
                                    &fds[0], &err),
                     0);
    assert_int_equal(ft_wait_fd(listener, 1, soon(20000)), 0);
    fds[1] = accept(listener, NULL, NULL);
    assert_true(fds[1] >= 0);
    close(listener);
}

static inline void
local_pair(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
}

static inline void
small_buffers(const int fds[2])
{
    int size = 4096;

    for (int i = 0; i < 2; i++) {
        setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
        setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    }
}

static inline pthread_t
spawn(void *(*main)(void *), void *opaque)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, main, opaque), 0);
    return thread;
}

static inline void
join(pthread_t thread)
{
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* A small generator whose numbers are the same everywhere. */
static inline uint64_t
next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline void
fill_random(void *data, size_t size, uint64_t seed)
{
    unsigned char *at = data;

    for (size_t i = 0; i < size; i += 8) {
        uint64_t value = next_random(&seed);

        memcpy(at + i, &value, size - i < 8 ? size - i : 8);
    }
}

#endif
