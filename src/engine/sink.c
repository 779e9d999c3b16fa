/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "link/link.h"
#include "link/throughput.h"
#include "virt/loop.h"

/* One that sends longer, or more, than it is to is shut out. */
#define LENGTH_MS (2 * FT_THROUGHPUT_MS)
#define LENGTH_BYTES (FT_THROUGHPUT_BYTES + (1 << 20))
#define AT_ONCE (4 << 20) /* then it is the turn of others on the loop */

struct sink {
    char token[FT_PAIR_ID_SIZE]; /* empty: unused */
    int fd, watch, timer;        /* -1: none, it is expected */
    int64_t left;                /* bytes */
};

static struct sink sinks[FT_SINKS_MAX];

static void
end(void *opaque)
{
    struct sink *sink = opaque;

    ft_loop_timer_free(sink->timer);
    if (sink->watch >= 0)
        ft_loop_unwatch(sink->watch);
    if (sink->fd >= 0)
        close(sink->fd);
    memset(sink, 0, sizeof(*sink));
}

static struct sink *
find(const char *token)
{
    for (size_t i = 0; i < FT_SINKS_MAX; i++)
        if (!strcmp(sinks[i].token, token))
            return &sinks[i];
    return NULL;
}

int
ft_verb_sink(struct ft_request request, const json_t *args, json_t **result,
             struct ft_error *err)
{
    const char *token = ft_json_string(args, "token", "");
    struct sink *sink = find("");

    (void)request;
    (void)result;
    if (!ft_preamble_is_id(token) || find(token))
        return ft_fail(err, EINVAL, NULL, "member \"token\" is no new UUID");
    if (!sink)
        return ft_fail(err, EBUSY, "Try again in a moment.",
                       "this host measures other paths");
    *sink = (struct sink){ .fd = -1, .watch = -1, .left = LENGTH_BYTES };
    sink->timer = ft_loop_timer(end, sink);
    if (sink->timer < 0)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    memcpy(sink->token, token, sizeof(sink->token));
    ft_loop_timer_set(sink->timer, FT_SINK_EXPECT_MS);
    return 0;
}

/* tcp(7), MSG_TRUNC: what was received is discarded. */
static void
on_bytes(int fd, void *opaque)
{
    struct sink *sink = opaque;
    /* cppcheck-suppress nullPointer ; nothing is written there */
    ssize_t n = recv(fd, NULL, AT_ONCE, MSG_TRUNC | MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || (sink->left -= n) < 0)
        end(sink);
}

int
ft_sink_begin(const char *token, int fd)
{
    struct sink *sink = *token ? find(token) : NULL;

    if (!sink || sink->fd >= 0)
        return -ENOENT;
    sink->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    sink->watch = sink->fd < 0 ? -1 : ft_loop_watch(sink->fd, on_bytes, sink);
    if (sink->watch < 0) {
        end(sink);
        return -ENOMEM;
    }
    ft_loop_timer_set(sink->timer, LENGTH_MS);
    return 0;
}
