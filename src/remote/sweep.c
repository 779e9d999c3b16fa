/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "remote/sweep.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

#define TURN_MS 100 /* how often the caller is asked whether to go on */

/* A connection on its way. */
struct knock {
    int fd;
    size_t index;
    bool connected;
    int64_t until_ns;
};

struct run {
    const struct ft_sweep *sweep;
    const uint32_t *addresses;
    size_t count, next;
    struct knock knocks[FT_SWEEP_AT_ONCE];
    struct pollfd polls[FT_SWEEP_AT_ONCE];
    size_t active;
    int64_t patience_ns;
};

static enum ft_reach
reach_of_errno(int code)
{
    switch (code) {
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
        return FT_REACH_REFUSED;
    case ETIMEDOUT:
        return FT_REACH_TIMEOUT;
    default:
        return FT_REACH_NO_ROUTE;
    }
}

static void
tell(const struct run *run, size_t index, int fd, enum ft_reach reach)
{
    run->sweep->done(run->sweep->data, index, fd, reach);
}

static int
begin_connect(uint32_t address, unsigned port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr = { htonl(address) },
    };
    FT_AUTOCLOSE int fd =
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0 &&
        errno != EINPROGRESS)
        return -errno;
    return ft_fd_steal(&fd);
}

/* Begins as many as may be on their way. */
static void
begin_some(struct run *run)
{
    unsigned most = run->sweep->at_once;

    most = most && most < FT_SWEEP_AT_ONCE ? most : FT_SWEEP_AT_ONCE;
    while (run->next < run->count && run->active < most &&
           !(run->sweep->full && run->sweep->full(run->sweep->data))) {
        size_t index = run->next++;
        int fd = begin_connect(run->addresses[index], run->sweep->port);

        if (fd == -EMFILE || fd == -ENFILE || fd == -ENOBUFS) {
            run->next--;
            return; /* when some of the others have ended */
        }
        if (fd < 0)
            tell(run, index, -1, reach_of_errno(-fd));
        else
            run->knocks[run->active++] =
                (struct knock){ fd, index, false,
                                ft_clock_ns() + run->patience_ns };
    }
}

static enum ft_reach
connected(int fd)
{
    socklen_t size = sizeof(int);
    int error = 0;

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        error = errno;
    return error ? reach_of_errno(error) : FT_REACH_NONE;
}

/* True when it is done: with *reach. Its first word is left in the socket. */
static bool
heard(struct knock *knock, short events, enum ft_reach *reach)
{
    char word[4];
    ssize_t n;

    *reach = FT_REACH_NONE;
    if (!knock->connected) {
        *reach = connected(knock->fd);
        knock->connected = *reach == FT_REACH_NONE;
        return !knock->connected;
    }
    if (!(events & (POLLIN | POLLHUP | POLLERR)))
        return false;
    n = recv(knock->fd, word, sizeof(word), MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0)
        *reach = n < 0 ? reach_of_errno(errno) : FT_REACH_REFUSED;
    else if (memcmp(word, "SSH-", (size_t)n) != 0)
        *reach = FT_REACH_PROTOCOL;
    return true;
}

static void
end_knock(struct run *run, size_t i, enum ft_reach reach)
{
    struct knock knock = run->knocks[i];

    run->knocks[i] = run->knocks[--run->active];
    if (reach == FT_REACH_NONE && ft_set_nonblocking(knock.fd, 0) == 0) {
        tell(run, knock.index, knock.fd, FT_REACH_NONE);
        return;
    }
    close(knock.fd);
    tell(run, knock.index, -1, reach);
}

static int
wait_for_some(struct run *run)
{
    int rc;

    for (size_t i = 0; i < run->active; i++)
        run->polls[i] =
            (struct pollfd){ run->knocks[i].fd,
                             run->knocks[i].connected ? POLLIN : POLLOUT, 0 };
    rc = poll(run->polls, run->active, TURN_MS);
    return rc < 0 && errno != EINTR ? -errno : 0;
}

static void
take_answers(struct run *run)
{
    int64_t now = ft_clock_ns();

    /* from behind: what ends is replaced by the last, looked at already */
    for (size_t i = run->active; i-- > 0;) {
        enum ft_reach reach;

        if (run->polls[i].revents &&
            heard(&run->knocks[i], run->polls[i].revents, &reach))
            end_knock(run, i, reach);
        else if (now >= run->knocks[i].until_ns)
            end_knock(run, i, FT_REACH_TIMEOUT);
    }
}

int
ft_sweep_run(const struct ft_sweep *sweep, const uint32_t *addresses,
             size_t count)
{
    struct run *run = calloc(1, sizeof(*run));
    int rc = 0;

    if (!run)
        return -ENOMEM;
    run->sweep = sweep;
    run->addresses = addresses;
    run->count = count;
    run->patience_ns =
        FT_NS_PER_MS *
        (sweep->patience_ms > 0 ? sweep->patience_ms : FT_SWEEP_PATIENCE_MS);
    while (!rc && (run->next < count || run->active)) {
        begin_some(run);
        rc = wait_for_some(run);
        if (!rc)
            take_answers(run);
        if (!rc && sweep->stopped && sweep->stopped(sweep->data))
            rc = -ECANCELED;
    }
    for (size_t i = 0; i < run->active; i++)
        close(run->knocks[i].fd);
    free(run);
    return rc;
}
