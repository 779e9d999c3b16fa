/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs here and commands there, joined by their byte streams. */
#include "config.h"

#include "remote/ssh-join.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define BUFFER_SIZE (256 * 1024)

struct pending { /* read, and not written yet */
    char data[BUFFER_SIZE];
    size_t begin, end;
};

struct join {
    struct ft_ssh_stream *stream; /* NULL: not in use */
    int fd;
    bool remote_ended;
    struct pending out, in; /* to there, from there */
};

static bool
is_empty(const struct pending *p)
{
    return p->begin == p->end;
}

/* Of a read or a write of fd: bytes, 0 none now, -ENOTCONN: it has ended. */
static ssize_t
count(ssize_t n)
{
    if (n > 0)
        return n;
    return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -ENOTCONN;
}

/* Both are positive when something moved, and 0 when nothing did. */
static int
take_in(struct join *j)
{
    struct pending *p = &j->in;
    ssize_t n = 0;

    if (is_empty(p) && !j->remote_ended) {
        n = ft_ssh_stream_read(j->stream, p->data, sizeof(p->data), 0);
        if (n < 0 && n != -ETIMEDOUT)
            return (int)n;
        j->remote_ended = n == 0;
        p->begin = 0;
        p->end = n > 0 ? (size_t)n : 0;
    }
    if (is_empty(p))
        return 0;
    n = count(send(j->fd, p->data + p->begin, p->end - p->begin,
                   MSG_DONTWAIT | MSG_NOSIGNAL));
    if (n > 0)
        p->begin += (size_t)n;
    return (int)n;
}

static int
send_out(struct join *j)
{
    struct pending *p = &j->out;
    ssize_t n;

    if (is_empty(p)) {
        n = count(recv(j->fd, p->data, sizeof(p->data), MSG_DONTWAIT));
        if (n <= 0)
            return (int)n;
        p->begin = 0;
        p->end = (size_t)n;
    }
    n = ft_ssh_stream_give(j->stream, p->data + p->begin, p->end - p->begin);
    if (n > 0)
        p->begin += (size_t)n;
    return (int)n;
}

/* 1: something moved, 0: nothing, -ENOTCONN: it has ended, or -errno. */
static int
turn(struct join *j)
{
    int in = take_in(j);
    int out = in < 0 ? 0 : send_out(j);
    int rc = FT_MIN(in, out);

    if (!rc && j->remote_ended && is_empty(&j->in))
        return -ENOTCONN;
    return rc < 0 ? rc : in || out;
}

/* What is waited for of it. */
static struct pollfd
wish(const struct join *j)
{
    return (struct pollfd){
        .fd = j->fd,
        .events = (short)((is_empty(&j->out) ? POLLIN : 0) |
                          (is_empty(&j->in) ? 0 : POLLOUT)),
    };
}

int
ft_ssh_stream_join(struct ft_ssh *session, struct ft_ssh_stream *stream, int fd,
                   int (*tick)(void *data), void *data)
{
    FT_AUTOFREE struct join *j = calloc(1, sizeof(*j));
    int64_t next = 0;
    int rc = 0;

    if (j == NULL)
        return -ENOMEM;
    j->stream = stream;
    j->fd = fd;
    ft_ssh_set_blocking(session, false);
    while (rc == 0 && (rc = turn(j)) >= 0) {
        struct pollfd fds[2] = { wish(j) };

        fds[1].fd = ft_ssh_descriptor(session, &fds[1].events);
        if (!is_empty(&j->in)) /* more of it has to wait */
            fds[1].events &= (short)~POLLIN;
        if (rc == 0)
            poll(fds, 2, FT_SSH_TICK_MS);
        rc = ft_clock_ns() >= next ? tick(data) : 0;
        if (ft_clock_ns() >= next)
            next = ft_clock_ns() + FT_SSH_TICK_MS * FT_NS_PER_MS;
    }
    ft_ssh_set_blocking(session, true);
    return rc == -ENOTCONN ? 0 : rc;
}

/* ---- many of them ---- */

struct server {
    struct ft_ssh *session;
    const char *command;
    int listener;
    struct join *joins[FT_SSH_JOINS_MAX]; /* NULL: free */
    struct ft_ssh_stream *hold;           /* that the command is there */
    int64_t held_ns;
};

static void
end(struct join **j)
{
    if (*j == NULL)
        return;
    ft_ssh_stream_close((*j)->stream);
    close((*j)->fd);
    free(*j);
    *j = NULL;
}

static int
open_stream(struct server *s, struct ft_ssh_stream **stream,
            struct ft_error *err)
{
    int rc;

    ft_ssh_set_blocking(s->session, true);
    rc = ft_ssh_stream_open(s->session, s->command, stream, err);
    ft_ssh_set_blocking(s->session, false);
    return rc;
}

/* A client that finds no place, no memory, or no session of sshd's (MaxSessions) is
 * hung up on; that the connection is lost is seen by who serves. */
static void
welcome(struct server *s)
{
    FT_AUTOCLOSE int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    struct join **place = s->joins;
    int rc;

    while (place < s->joins + FT_SSH_JOINS_MAX && *place != NULL)
        place++;
    if (fd < 0 || place == s->joins + FT_SSH_JOINS_MAX)
        return;
    *place = calloc(1, sizeof(**place));
    if (*place == NULL)
        return;
    rc = open_stream(s, &(*place)->stream, NULL);
    (*place)->fd = ft_fd_steal(&fd);
    if (rc < 0)
        end(place);
}

/* Turns all that there are: 1 something moved, 0 nothing, -errno. */
static int
turn_all(struct server *s)
{
    int moved = 0;

    for (size_t i = 0; i < FT_SSH_JOINS_MAX; i++) {
        int rc = s->joins[i] != NULL ? turn(s->joins[i]) : 0;

        if (rc == -ENOTCONN)
            end(&s->joins[i]);
        else if (rc < 0)
            return rc;
        moved |= rc > 0;
    }
    return moved;
}

/* True: a client came. */
static bool
wait_for_any(struct server *s)
{
    struct pollfd fds[2 + FT_SSH_JOINS_MAX] = { { s->listener, POLLIN, 0 } };
    nfds_t n = 2;
    bool full = false;

    fds[1].fd = ft_ssh_descriptor(s->session, &fds[1].events);
    for (size_t i = 0; i < FT_SSH_JOINS_MAX; i++)
        if (s->joins[i] != NULL) {
            fds[n++] = wish(s->joins[i]);
            full |= !is_empty(&s->joins[i]->in);
        }
    if (full) /* what is for others comes with the next turn */
        fds[1].events &= (short)~POLLIN;
    poll(fds, n, full ? FT_SSH_TICK_MS / 10 : FT_SSH_TICK_MS);
    return fds[0].revents != 0;
}

/*
 * One more stream, which says nothing, and is made anew before the other side
 * tires of it: so it is seen when what is served has ended, and the other side
 * sees that somebody is here. -ESTALE.
 */
static int
hold(struct server *s, struct ft_error *err)
{
    struct ft_ssh_stream *old = s->hold;
    ssize_t n;
    char data[1024];
    int rc;

    while (old != NULL &&
           (n = ft_ssh_stream_read(old, data, sizeof(data), 0)) != -ETIMEDOUT)
        if (n <= 0)
            return n == 0 ? ft_fail(err, ESTALE, NULL,
                                    "%s has ended what it served",
                                    ft_ssh_name(s->session))
                          : (int)n;
    if (old != NULL && ft_clock_ns() < s->held_ns + FT_SSH_HOLD_NS)
        return 0;
    rc = open_stream(s, &s->hold, err);
    if (rc < 0) /* clients may have all sessions: the old one's is for the next */
        s->hold = NULL;
    ft_ssh_stream_close(old);
    if (rc < 0 && s->held_ns != 0 &&
        ft_clock_ns() < s->held_ns + 2 * FT_SSH_HOLD_NS)
        return 0;
    s->held_ns = ft_clock_ns();
    return rc;
}

static int
serve(struct server *s, int (*tick)(void *data), void *data,
      struct ft_error *err)
{
    int64_t next = 0;
    int rc = 0;

    while (rc >= 0) {
        rc = turn_all(s);
        if (rc < 0 || !ft_ssh_alive(s->session))
            return -EPIPE;
        if (rc == 0 && wait_for_any(s))
            welcome(s);
        if (ft_clock_ns() >= next) {
            rc = tick(data);
            if (rc == 0)
                rc = hold(s, err);
            next = ft_clock_ns() + FT_SSH_TICK_MS * FT_NS_PER_MS;
        }
    }
    return rc;
}

int
ft_ssh_serve(struct ft_ssh *session, int listener, const char *command,
             int (*tick)(void *data), void *data, struct ft_error *err)
{
    struct server s = { .session = session,
                        .command = command,
                        .listener = listener };
    int rc;

    ft_ssh_set_blocking(session, false);
    rc = serve(&s, tick, data, err);
    ft_ssh_set_blocking(session, true);
    for (size_t i = 0; i < FT_SSH_JOINS_MAX; i++)
        end(&s.joins[i]);
    ft_ssh_stream_close(s.hold);
    return rc;
}
