/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/nbd-session.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/cleanup.h"

int
nbd_receive(const struct nbd_session *session, void *data, size_t size)
{
    char *at = data;

    while (size) {
        ssize_t n = recv(session->fd, at, size, MSG_WAITALL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        if (n == 0)
            return -EPIPE;
        at += n;
        size -= n;
    }
    return 0;
}

int
nbd_send(const struct nbd_session *session, const void *data, size_t size)
{
    const char *at = data;

    while (size) {
        ssize_t n = send(session->fd, at, size, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        at += n;
        size -= n;
    }
    return 0;
}

int
nbd_skip(const struct nbd_session *session, uint64_t size)
{
    int rc = 0;

    while (!rc && size) {
        size_t part = FT_MIN(size, FT_NBD_PIECE_MAX);

        rc = nbd_receive(session, session->buffer, part);
        size -= part;
    }
    return rc;
}
