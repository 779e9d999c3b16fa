/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TCP connection, made by ourselves and not by libssh: that tries only the
 * first address of a name and tells errors only as text.
 */
#include "config.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "remote/ssh-private.h"

static int
wait_connected(int fd, int64_t deadline)
{
    struct pollfd p = { fd, POLLOUT, 0 };
    socklen_t size = sizeof(int);
    int error = 0;
    int rc;

    do {
        int64_t left = (deadline - ft_clock_ns()) / FT_NS_PER_MS;

        rc = poll(&p, 1, left > 0 ? (int)left : 0);
    } while (rc < 0 && errno == EINTR);
    if (rc <= 0)
        return rc == 0 ? -ETIMEDOUT : -errno;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -errno;
    return -error;
}

/* So that a host that died is noticed within about a minute. */
static void
set_keepalive(int fd)
{
    int on = 1;
    int idle = 15;
    int unanswered_ms = 60000;

    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle, sizeof(idle));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms,
               sizeof(unanswered_ms));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int
dial_one(const struct addrinfo *ai, int64_t deadline)
{
    FT_AUTOCLOSE int fd =
        socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
               ai->ai_protocol);
    int rc = 0;

    if (fd < 0)
        return -errno;
    if (connect(fd, ai->ai_addr, ai->ai_addrlen) < 0)
        rc = errno == EINPROGRESS ? wait_connected(fd, deadline) : -errno;
    if (rc == 0)
        rc = ft_set_nonblocking(fd, 0);
    if (rc < 0)
        return rc;
    set_keepalive(fd);
    return ft_fd_steal(&fd);
}

static int
dial_failed(const char *host, unsigned port, int code, struct ft_error *err)
{
    switch (code) {
    case ECONNREFUSED:
        return ft_reach_fail(err, FT_REACH_REFUSED, NULL,
                             "%s refused the connection on port %u", host, port);
    case ETIMEDOUT:
        return ft_reach_fail(err, FT_REACH_TIMEOUT, NULL,
                             "%s did not answer on port %u in time", host, port);
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
        return ft_reach_fail(err, FT_REACH_NO_ROUTE, NULL,
                             "%s cannot be reached: %s", host, strerror(code));
    case ECONNRESET:
        return ft_reach_fail(err, FT_REACH_REFUSED, NULL,
                             "%s closed the connection on port %u", host, port);
    default:
        return ft_fail(err, code, NULL, "no connection to %s port %u: %s", host,
                       port, strerror(code));
    }
}

int
ft_ssh_dial(const char *host, unsigned port, int timeout_ms,
            struct ft_error *err)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *list = NULL;
    int64_t deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;
    char service[16];
    int rc;

    snprintf(service, sizeof(service), "%u", port);
    rc = getaddrinfo(host, service, &hints, &list);
    if (rc != 0)
        return ft_reach_fail(err, FT_REACH_NAME_UNKNOWN, NULL,
                             "the host name %s is not known: %s", host,
                             gai_strerror(rc));
    rc = -EHOSTUNREACH;
    for (const struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
        rc = dial_one(ai, deadline);
        if (rc >= 0)
            break;
    }
    freeaddrinfo(list);
    return rc >= 0 ? rc : dial_failed(host, port, -rc, err);
}
