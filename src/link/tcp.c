/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/tcp.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

/* Whoever comes in a burst of others waits here, and not for its next SYN. */
#define BACKLOG 1024

/* How long an address may keep silent before the next one is tried as well. */
#define STAGGER_NS (250 * FT_NS_PER_MS)

/* Milliseconds for poll(2), rounded up so that it never ends too early. */
static int
poll_timeout(int64_t deadline_ns)
{
    int64_t left;

    if (deadline_ns == FT_NO_DEADLINE)
        return -1;
    left = deadline_ns - ft_clock_ns();
    if (left <= 0)
        return 0;
    left = (left + FT_NS_PER_MS - 1) / FT_NS_PER_MS;
    return left > 3600000 ? 3600000 : (int)left;
}

int
ft_wait_fd(int fd, short events, int64_t deadline_ns)
{
    for (;;) {
        struct pollfd p = { fd, events, 0 };
        int n = poll(&p, 1, poll_timeout(deadline_ns));

        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -errno;
        if (deadline_ns != FT_NO_DEADLINE && ft_clock_ns() >= deadline_ns)
            return -ETIMEDOUT;
    }
}

void
ft_tcp_tune(int fd)
{
    int on = 1, idle = 5, interval = 2, count = 3, dead = FT_TCP_DEAD_MS;

    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof(dead));
}

uint16_t
ft_tcp_port(int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t size = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

void
ft_tcp_peer_name(int fd, char *out, size_t size)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof(address);
    char host[NI_MAXHOST], port[NI_MAXSERV];
    const char *shown = host;

    if (getpeername(fd, (struct sockaddr *)&address, &length) < 0 ||
        getnameinfo((struct sockaddr *)&address, length, host, sizeof(host),
                    port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV)) {
        snprintf(out, size, "the peer");
        return;
    }
    if (address.ss_family == AF_UNIX) {
        snprintf(out, size, "a local process");
        return;
    }
    if (!strncmp(host, "::ffff:", 7) && strchr(host, '.'))
        shown += 7;
    snprintf(out, size, "%s port %s", shown, port);
}

static void
address_text(const struct sockaddr_storage *address, socklen_t length, char *out)
{
    char host[NI_MAXHOST];
    const char *shown = host;

    *out = '\0';
    if (address->ss_family == AF_UNIX ||
        getnameinfo((const struct sockaddr *)address, length, host,
                    sizeof(host), NULL, 0, NI_NUMERICHOST))
        return;
    if (!strncmp(host, "::ffff:", 7) && strchr(host, '.'))
        shown += 7;
    if (strlen(shown) < FT_TCP_ADDRESS_SIZE)
        strcpy(out, shown);
}

void
ft_tcp_ends(int fd, char *local, char *peer)
{
    struct sockaddr_storage address = { 0 };
    socklen_t size = sizeof(address);

    *local = *peer = '\0';
    if (getsockname(fd, (struct sockaddr *)&address, &size) == 0)
        address_text(&address, size, local);
    size = sizeof(address);
    if (getpeername(fd, (struct sockaddr *)&address, &size) == 0)
        address_text(&address, size, peer);
}

uint64_t
ft_tcp_unsent(int fd)
{
    int bytes = 0;

    return ioctl(fd, SIOCOUTQ, &bytes) < 0 || bytes < 0 ? 0 : (uint64_t)bytes;
}

int64_t
ft_tcp_round_trip(int fd)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof(info);

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return 0;
    return (int64_t)info.tcpi_rtt * FT_NS_PER_US;
}

/* One address that is being tried. */
struct attempt {
    const char *address;
    int fd;    /* -1: not started, or over */
    int error; /* why it is over; 0 when it is not */
};

static int
start_attempt(struct attempt *attempt, uint16_t port)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                              .ai_socktype = SOCK_STREAM };
    struct addrinfo *found;
    char service[8];
    int rc = 0;

    snprintf(service, sizeof(service), "%u", port);
    if (getaddrinfo(attempt->address, service, &hints, &found))
        return EINVAL;
    attempt->fd =
        socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (attempt->fd < 0) {
        rc = errno;
    } else {
        ft_tcp_tune(attempt->fd);
        if (connect(attempt->fd, found->ai_addr, found->ai_addrlen) < 0 &&
            errno != EINPROGRESS)
            rc = errno;
    }
    freeaddrinfo(found);
    return rc;
}

static void
end_attempt(struct attempt *attempt, int error)
{
    if (attempt->fd >= 0)
        close(attempt->fd);
    attempt->fd = -1;
    attempt->error = error;
}

/* Waits for one of the running attempts; its index, or -1 when none is done. */
static int
wait_attempts(struct attempt *attempts, size_t n, int64_t until_ns)
{
    struct pollfd polls[FT_TCP_ADDRESSES_MAX];

    for (size_t i = 0; i < n; i++)
        polls[i] = (struct pollfd){ attempts[i].fd, POLLOUT, 0 };
    if (poll(polls, n, poll_timeout(until_ns)) <= 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (polls[i].revents)
            return (int)i;
    return -1;
}

static int
socket_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof(error);

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return errno;
    return error;
}

/* Runs the attempts until one connects: its index, or -1 when all are over. */
static int
run_attempts(struct attempt *attempts, size_t n, uint16_t port,
             int64_t deadline_ns)
{
    size_t started = 0, running = 0;
    int64_t next_ns = 0;

    for (;;) {
        int64_t now = ft_clock_ns();
        int i;

        if (now >= deadline_ns)
            return -1;
        while (started < n && (!running || now >= next_ns)) {
            int rc = start_attempt(&attempts[started], port);

            if (rc)
                end_attempt(&attempts[started], rc);
            else
                running++;
            started++;
            next_ns = now + STAGGER_NS;
        }
        if (!running)
            return -1;
        i = wait_attempts(attempts, started,
                          started < n ? FT_MIN(next_ns, deadline_ns)
                                      : deadline_ns);
        if (i >= 0) {
            int rc = socket_error(attempts[i].fd);

            if (!rc)
                return i;
            end_attempt(&attempts[i], rc);
            running--;
        }
    }
}

static const char *
attempt_hint(int code)
{
    switch (code) {
    case ECONNREFUSED:
        return "nothing listens there: is ftengine running on that host?";
    case ETIMEDOUT:
        return "the host is down, or a firewall drops packets to this port";
    case EHOSTUNREACH:
    case ENETUNREACH:
        return "check cabling, addresses and routes between the hosts";
    case EINVAL:
        return "addresses must be numeric, for example 192.0.2.7 or 2001:db8::7";
    case EACCES:
    case EPERM:
        return "a local firewall or security module refuses the connection";
    default:
        return NULL;
    }
}

static const char *
attempt_text(int code)
{
    switch (code) {
    case ECONNREFUSED:
        return "connection refused";
    case ETIMEDOUT:
        return "no answer";
    case EINVAL:
        return "not a numeric address";
    default:
        return strerror(code);
    }
}

/*
 * Says what happened to every address. A refusal outranks the rest, because
 * it proves that the host lives; the others count in their order.
 */
static int
attempts_failed(const struct attempt *attempts, size_t n, uint16_t port,
                struct ft_error *err)
{
    char text[400] = "";
    size_t used = 0;
    int code = attempts[0].error ? attempts[0].error : ETIMEDOUT;

    for (size_t i = 0; i < n; i++) {
        int error = attempts[i].error ? attempts[i].error : ETIMEDOUT;

        if (error == ECONNREFUSED)
            code = error;
        if (used < sizeof(text))
            used += snprintf(text + used, sizeof(text) - used, "%s%s: %s",
                             i ? "; " : "", attempts[i].address,
                             attempt_text(error));
    }
    if (code == ENETUNREACH)
        code = EHOSTUNREACH;
    return ft_fail(err, code, attempt_hint(code),
                   "cannot connect to port %u (%s)", port, text);
}

int
ft_tcp_connect(const char *const *addresses, size_t n, uint16_t port,
               int64_t deadline_ns, int *fd, struct ft_error *err)
{
    struct attempt attempts[FT_TCP_ADDRESSES_MAX];
    int won, rc = 0;

    if (!n)
        return ft_fail(err, EINVAL, NULL, "the host has no address");
    n = FT_MIN(n, (size_t)FT_TCP_ADDRESSES_MAX);
    for (size_t i = 0; i < n; i++)
        attempts[i] = (struct attempt){ addresses[i], -1, 0 };
    won = run_attempts(attempts, n, port, deadline_ns);
    if (won >= 0) {
        *fd = ft_fd_steal(&attempts[won].fd);
        rc = ft_set_nonblocking(*fd, 0);
    } else {
        rc = attempts_failed(attempts, n, port, err);
    }
    for (size_t i = 0; i < n; i++)
        end_attempt(&attempts[i], 0);
    return rc;
}

static int
listen_on(int family, uint16_t port, int *fd)
{
    struct sockaddr_in6 six = { .sin6_family = AF_INET6,
                                .sin6_port = htons(port) };
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
    FT_AUTOCLOSE int s =
        socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1, off = 0, rc;

    if (s < 0)
        return -errno;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (family == AF_INET6) {
        setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
        rc = bind(s, (struct sockaddr *)&six, sizeof(six));
    } else {
        rc = bind(s, (struct sockaddr *)&four, sizeof(four));
    }
    if (rc < 0 || listen(s, BACKLOG) < 0)
        return -errno;
    *fd = ft_fd_steal(&s);
    return 0;
}

int
ft_tcp_listen(uint16_t port, int *fd, struct ft_error *err)
{
    int rc = listen_on(AF_INET6, port, fd);

    if (rc == -EAFNOSUPPORT || rc == -EADDRNOTAVAIL)
        rc = listen_on(AF_INET, port, fd);
    if (rc)
        return ft_fail(err, -rc,
                       rc == -EADDRINUSE
                           ? "another program has this port: ss -ltnp shows it"
                           : NULL,
                       "cannot listen on port %u: %s", port, strerror(-rc));
    return 0;
}
