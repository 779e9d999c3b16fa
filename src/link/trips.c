/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/trips.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "link/tcp.h"

/* One connection on its way; fd -1: not begun, or over. */
struct trip {
    int fd;
    int64_t began_ns;
};

struct run {
    struct trip trips[FT_TRIPS_SENT];
    unsigned begun;
    struct ft_trips_seen *seen;
};

static int
find_address(const char *address, uint16_t port, struct addrinfo **found)
{
    const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                    .ai_socktype = SOCK_STREAM };
    char service[8];

    snprintf(service, sizeof(service), "%u", port);
    return getaddrinfo(address, service, &hints, found) != 0 ? -EINVAL : 0;
}

static void
begin(struct run *run, const struct addrinfo *to)
{
    struct trip *trip = &run->trips[run->begun++];

    trip->fd =
        socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    trip->began_ns = ft_clock_ns();
    if (trip->fd < 0)
        run->seen->error = errno;
    else if (connect(trip->fd, to->ai_addr, to->ai_addrlen) < 0 &&
             errno != EINPROGRESS && errno != ECONNREFUSED)
        run->seen->error = errno;
}

/* The kernel's own measure, where there is a connection; a refusal took as long. */
static void
end(struct run *run, struct trip *trip)
{
    struct ft_trips_seen *seen = run->seen;
    int64_t took = ft_tcp_round_trip(trip->fd);
    int error = 0;
    socklen_t size = sizeof(error);

    getsockopt(trip->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (took <= 0 || error != 0)
        took = ft_clock_ns() - trip->began_ns;
    seen->refused += error == ECONNREFUSED;
    if (error == 0 || error == ECONNREFUSED)
        seen->us[seen->count++] = (uint32_t)(took / FT_NS_PER_US);
    else
        seen->error = error;
    close(trip->fd);
    trip->fd = -1;
}

static bool
is_over(const struct run *run)
{
    unsigned open = 0;

    for (unsigned i = 0; i < run->begun; i++)
        open += run->trips[i].fd >= 0;
    return run->seen->error != 0 || (run->begun == run->seen->sent && open == 0);
}

/* Takes what is answered, until until_ns or the end of all. */
static void
await(struct run *run, int64_t until_ns)
{
    struct pollfd fds[FT_TRIPS_SENT];
    int64_t left = until_ns - ft_clock_ns();

    for (; left > 0 && !is_over(run); left = until_ns - ft_clock_ns()) {
        for (unsigned i = 0; i < FT_TRIPS_SENT; i++)
            fds[i] = (struct pollfd){ run->trips[i].fd, POLLOUT, 0 };
        if (poll(fds, FT_TRIPS_SENT, (int)(left / FT_NS_PER_MS) + 1) <= 0)
            continue;
        for (unsigned i = 0; i < FT_TRIPS_SENT; i++)
            if (fds[i].revents != 0)
                end(run, &run->trips[i]);
    }
}

int
ft_trips_measure(const char *address, uint16_t port, unsigned sent,
                 struct ft_trips_seen *seen, struct ft_error *err)
{
    struct run run = { .seen = seen };
    struct addrinfo *to;
    int rc = find_address(address, port, &to);

    memset(seen, 0, sizeof(*seen));
    if (rc < 0)
        return ft_fail(err, EINVAL, NULL, "\"%.60s\" is no address", address);
    seen->sent = FT_MIN(sent, (unsigned)FT_TRIPS_SENT);
    for (int i = 0; i < FT_TRIPS_SENT; i++)
        run.trips[i].fd = -1;
    while (run.begun < seen->sent && seen->error == 0) {
        begin(&run, to);
        await(&run, ft_clock_ns() + FT_TRIPS_SPACING_MS * FT_NS_PER_MS);
    }
    await(&run, ft_clock_ns() + FT_TRIPS_PATIENCE_MS * FT_NS_PER_MS);
    for (int i = 0; i < FT_TRIPS_SENT; i++)
        if (run.trips[i].fd >= 0)
            close(run.trips[i].fd);
    freeaddrinfo(to);
    return 0;
}
