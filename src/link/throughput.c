/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/throughput.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "link/link.h"
#include "link/tcp.h"

#define CHUNK (256 << 10)

/* What is known of the connection at a time. */
struct mark {
    int64_t at_ns;
    int64_t acked; /* bytes */
};

struct flow {
    int fd;
    int64_t began_ns, end_ns;
    int64_t sent, most; /* bytes */
    struct mark half;
    unsigned char *data; /* CHUNK bytes that nobody on the way can make smaller */
};

static struct mark
look(const struct flow *flow)
{
    return (struct mark){ ft_clock_ns(),
                          flow->sent - (int64_t)ft_tcp_unsent(flow->fd) };
}

/* Xorshift (Marsaglia 2003): no secret, only different everywhere. */
static void
fill(unsigned char *data)
{
    uint64_t x = (uint64_t)ft_clock_ns() | 1;

    for (size_t i = 0; i < CHUNK; i += sizeof(x)) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        memcpy(data + i, &x, sizeof(x));
    }
}

static void
note_half(struct flow *flow)
{
    if (flow->half.at_ns != 0 ||
        (flow->sent < flow->most / 2 &&
         ft_clock_ns() - flow->began_ns < (flow->end_ns - flow->began_ns) / 2))
        return;
    flow->half = look(flow);
}

/* Until the end of time or bytes. */
static int
pour(struct flow *flow)
{
    while (flow->sent < flow->most && ft_clock_ns() < flow->end_ns) {
        ssize_t n =
            send(flow->fd, flow->data, CHUNK, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n > 0) {
            flow->sent += n;
        } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return -errno;
        } else {
            int rc = ft_wait_fd(flow->fd, POLLOUT,
                                FT_MIN(flow->end_ns,
                                       ft_clock_ns() + 10 * FT_NS_PER_MS));

            if (rc < 0 && rc != -ETIMEDOUT)
                return rc;
        }
        note_half(flow);
    }
    return 0;
}

/* The last of it may still be on its way; who closed instead does not want it. */
static int
drain(struct flow *flow)
{
    while (ft_tcp_unsent(flow->fd) > 0 && ft_clock_ns() < flow->end_ns) {
        struct pollfd gone = { flow->fd, POLLIN, 0 };

        if (poll(&gone, 1, 1) > 0)
            return -ECONNRESET;
        note_half(flow);
    }
    return 0;
}

static int
rate(struct flow *flow, double *bytes_per_s, struct ft_error *err)
{
    struct mark begin = flow->half, end = look(flow);

    if (begin.at_ns == 0 || begin.acked >= end.acked || begin.at_ns >= end.at_ns)
        begin = (struct mark){ flow->began_ns, 0 };
    if (end.acked <= 0)
        return ft_fail(err, ETIMEDOUT, NULL, "nothing came through");
    *bytes_per_s = (double)(end.acked - begin.acked) * FT_NS_PER_S /
                   (double)(end.at_ns - begin.at_ns);
    return 0;
}

/* Closing resets it: nothing of what is under way is of use to anybody. */
static int
measure(struct flow *flow, bool brief, double *bytes_per_s, struct ft_error *err)
{
    int64_t ms = brief ? FT_THROUGHPUT_BRIEF_MS : FT_THROUGHPUT_MS;
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    int rc;

    setsockopt(flow->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    fill(flow->data);
    flow->began_ns = ft_clock_ns();
    flow->end_ns = flow->began_ns + ms * FT_NS_PER_MS;
    flow->most = brief ? FT_THROUGHPUT_BRIEF_BYTES : FT_THROUGHPUT_BYTES;
    rc = pour(flow);
    if (rc == 0)
        rc = drain(flow);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "the engine there did not take it: %s",
                       strerror(-rc));
    return rate(flow, bytes_per_s, err);
}

int
ft_throughput_measure(const char *address, uint16_t port, const char *token,
                      bool brief, double *bytes_per_s, struct ft_error *err)
{
    int64_t deadline_ns = ft_clock_ns() + FT_THROUGHPUT_MS * FT_NS_PER_MS;
    struct ft_preamble preamble = { .kind = FT_PREAMBLE_SINK };
    FT_AUTOFREE unsigned char *data = malloc(CHUNK);
    FT_AUTOCLOSE int fd = -1;
    struct flow flow = { .data = data };
    int rc;

    *bytes_per_s = 0;
    if (data == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    if (!ft_preamble_is_id(token))
        return ft_fail(err, EINVAL, NULL, "\"%.40s\" is no token", token);
    memcpy(preamble.pair, token, sizeof(preamble.pair));
    rc = ft_tcp_connect(&address, 1, port, deadline_ns, &fd, err);
    if (rc == 0)
        rc = ft_link_preamble_write(fd, &preamble, deadline_ns, err);
    flow.fd = fd;
    return rc < 0 ? rc : measure(&flow, brief, bytes_per_s, err);
}
