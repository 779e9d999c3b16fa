/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/tls-private.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

/* More than one turn of encryption can make; GnuTLS never gets there. */
#define OUT_MAX (1u << 20)

static ssize_t
push(gnutls_transport_ptr_t opaque, const void *data, size_t size)
{
    struct ft_tls *tls = opaque;
    struct ft_tls_bytes *out = &tls->out;

    if (size > OUT_MAX - out->size) {
        gnutls_transport_set_errno(tls->session, EMSGSIZE);
        return -1;
    }
    if (size > out->room - out->size) {
        size_t room = (out->size + size) * 2;
        unsigned char *larger = realloc(out->data, room);

        if (!larger) {
            gnutls_transport_set_errno(tls->session, ENOMEM);
            return -1;
        }
        out->data = larger;
        out->room = room;
    }
    memcpy(out->data + out->size, data, size);
    out->size += size;
    return (ssize_t)size;
}

/* Reads a good piece from the socket, so that GnuTLS may ask for small ones. */
static ssize_t
refill(struct ft_tls *tls)
{
    ssize_t n;

    do
        n = recv(tls->fd, tls->in, sizeof(tls->in), MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    tls->pull_errno = n < 0 ? errno : 0;
    tls->in_start = 0;
    tls->in_end = n > 0 ? (size_t)n : 0;
    return n;
}

static ssize_t
pull(gnutls_transport_ptr_t opaque, void *data, size_t size)
{
    struct ft_tls *tls = opaque;

    if (tls->in_start == tls->in_end) {
        ssize_t n = refill(tls);

        if (n < 0)
            gnutls_transport_set_errno(tls->session, tls->pull_errno);
        if (n <= 0)
            return n;
    }
    size = FT_MIN(size, tls->in_end - tls->in_start);
    memcpy(data, tls->in + tls->in_start, size);
    tls->in_start += size;
    return (ssize_t)size;
}

/* Waits for the socket; the time counts as blocked. */
static int
wait_to_send(struct ft_tls *tls, int64_t deadline_ns)
{
    int64_t start = ft_clock_ns();
    int rc = ft_wait_fd(tls->fd, POLLOUT, deadline_ns);

    atomic_fetch_add(&tls->blocked_ns, ft_clock_ns() - start);
    return rc;
}

static int
write_flight(struct ft_tls *tls, int64_t deadline_ns)
{
    size_t done = 0;

    while (done < tls->flight.size) {
        ssize_t n;
        int rc = 0;

        if (atomic_load(&tls->down))
            return -EPIPE;
        n = send(tls->fd, tls->flight.data + done, tls->flight.size - done,
                 MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
            done += n;
        else if (errno == EAGAIN)
            rc = wait_to_send(tls, deadline_ns);
        else if (errno != EINTR)
            rc = -errno;
        if (rc)
            return rc;
    }
    return 0;
}

int
ft_tls_flush(struct ft_tls *tls, int64_t deadline_ns)
{
    struct ft_tls_bytes full;

    if (tls->send_failed)
        return tls->send_failed;
    pthread_mutex_lock(&tls->lock);
    full = tls->out;
    tls->out = tls->flight;
    tls->out.size = 0;
    tls->flight = full;
    pthread_mutex_unlock(&tls->lock);
    tls->send_failed = write_flight(tls, deadline_ns);
    return tls->send_failed;
}

void
ft_tls_set_transport(struct ft_tls *tls)
{
    gnutls_transport_set_ptr(tls->session, tls);
    gnutls_transport_set_push_function(tls->session, push);
    gnutls_transport_set_pull_function(tls->session, pull);
}
