/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/tls-private.h"

#include <poll.h>
#include <sys/socket.h>

/* Records that are encrypted for one write to the socket. */
#define RECORDS_PER_WRITE 4

int
ft_tls_errno(const struct ft_tls *tls, int code)
{
    switch (code) {
    case GNUTLS_E_PREMATURE_TERMINATION:
    case GNUTLS_E_PULL_ERROR:
    case GNUTLS_E_SESSION_EOF:
        return tls->pull_errno && tls->pull_errno != EAGAIN ? -tls->pull_errno
                                                            : -EPIPE;
    case GNUTLS_E_MEMORY_ERROR:
    case GNUTLS_E_PUSH_ERROR:
        return -ENOMEM;
    default:
        return -EPROTO;
    }
}

const char *
ft_tls_identity(const struct ft_tls *tls)
{
    return tls->identity;
}

int
ft_tls_fd(const struct ft_tls *tls)
{
    return tls->fd;
}

/*
 * The -errno that ended the session, if one did. The first is kept: what
 * GnuTLS says about a session that another thread saw fail explains nothing.
 */
static int
after_call(struct ft_tls *tls, ssize_t n)
{
    if (!tls->broken && n < 0 && gnutls_error_is_fatal((int)n))
        tls->broken = ft_tls_errno(tls, (int)n);
    return tls->broken;
}

/* Encrypts up to RECORDS_PER_WRITE records into out: how many bytes of data. */
static ssize_t
encrypt(struct ft_tls *tls, const char *data, size_t size)
{
    size_t done = 0;
    int rc;

    pthread_mutex_lock(&tls->lock);
    rc = tls->broken;
    for (int i = 0; !rc && done < size && i < RECORDS_PER_WRITE; i++) {
        ssize_t n =
            gnutls_record_send(tls->session, data + done,
                               FT_MIN(size - done, (size_t)FT_TLS_RECORD_MAX));

        rc = after_call(tls, n);
        done += n > 0 ? (size_t)n : 0;
    }
    pthread_mutex_unlock(&tls->lock);
    return rc ? rc : (ssize_t)done;
}

int
ft_tls_send(struct ft_tls *tls, const void *data, size_t size,
            int64_t deadline_ns)
{
    const char *at = data;

    while (size) {
        ssize_t n = atomic_load(&tls->down) ? -EPIPE : encrypt(tls, at, size);
        int rc = n < 0 ? (int)n : ft_tls_flush(tls, deadline_ns);

        if (rc)
            return rc;
        at += n;
        size -= n;
    }
    return 0;
}

static ssize_t
try_receive(struct ft_tls *tls, void *data, size_t size, int *rc)
{
    ssize_t n = 0;

    pthread_mutex_lock(&tls->lock);
    errno = 0;
    if (!tls->broken)
        n = gnutls_record_recv(tls->session, data, size);
    *rc = after_call(tls, n);
    pthread_mutex_unlock(&tls->lock);
    return n;
}

ssize_t
ft_tls_receive(struct ft_tls *tls, void *data, size_t size, int64_t deadline_ns)
{
    for (;;) {
        int rc;
        ssize_t n;

        if (atomic_load(&tls->down))
            return -EPIPE;
        n = try_receive(tls, data, size, &rc);
        if (rc)
            return rc;
        if (n >= 0)
            return n;
        rc = ft_wait_fd(tls->fd, POLLIN, deadline_ns);
        if (rc)
            return rc;
    }
}

int
ft_tls_receive_full(struct ft_tls *tls, void *data, size_t size,
                    int64_t deadline_ns)
{
    char *at = data;

    while (size) {
        ssize_t n = ft_tls_receive(tls, at, size, deadline_ns);

        if (n < 0)
            return (int)n;
        if (!n)
            return -EPIPE;
        at += n;
        size -= n;
    }
    return 0;
}

int
ft_tls_error(struct ft_tls *tls)
{
    int rc;

    pthread_mutex_lock(&tls->lock);
    rc = tls->broken;
    pthread_mutex_unlock(&tls->lock);
    return rc;
}

uint64_t
ft_tls_unsent(struct ft_tls *tls)
{
    return ft_tcp_unsent(tls->fd);
}

int64_t
ft_tls_blocked_ns(struct ft_tls *tls)
{
    return atomic_load(&tls->blocked_ns);
}

void
ft_tls_goodbye(struct ft_tls *tls)
{
    int late;

    pthread_mutex_lock(&tls->lock);
    late = tls->said_goodbye || tls->broken || atomic_load(&tls->down);
    if (!late)
        gnutls_bye(tls->session, GNUTLS_SHUT_WR);
    tls->said_goodbye = 1;
    pthread_mutex_unlock(&tls->lock);
    if (!late)
        ft_tls_flush(tls, 0);
}

void
ft_tls_shutdown(struct ft_tls *tls)
{
    atomic_store(&tls->down, 1);
    shutdown(tls->fd, SHUT_RDWR);
}

void
ft_tls_close(struct ft_tls *tls)
{
    if (!tls)
        return;
    ft_tls_goodbye(tls);
    ft_tls_free(tls);
}
