/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/link-private.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"

/* Ends the link with err, unless it has ended before. */
static void
link_end(struct ft_link *link, const struct ft_error *err)
{
    pthread_mutex_lock(&link->state_lock);
    if (!link->error.code)
        link->error = *err;
    pthread_cond_broadcast(&link->beat);
    pthread_mutex_unlock(&link->state_lock);
    ft_tls_shutdown(link->tls);
}

int
ft_link_error(struct ft_link *link, struct ft_error *err)
{
    int rc;

    pthread_mutex_lock(&link->state_lock);
    rc = -link->error.code;
    if (rc && err)
        *err = link->error;
    pthread_mutex_unlock(&link->state_lock);
    return rc;
}

/* Ends the link because a transfer failed; returns the link's error. */
static int
link_failed(struct ft_link *link, int rc, struct ft_error *err)
{
    struct ft_error now = FT_ERROR_INIT;

    switch (rc) {
    case -EPIPE:
        ft_fail(&now, EPIPE, NULL, "%s closed the link", link->peer);
        break;
    case -ECONNRESET:
        ft_fail(&now, ECONNRESET, NULL, "%s reset the link", link->peer);
        break;
    case -ETIMEDOUT:
        ft_fail(&now, ETIMEDOUT,
                "the host or the network between the hosts is down",
                "%s does not answer any more", link->peer);
        break;
    case -EPROTO:
        ft_fail(&now, EPROTO, NULL, "the TLS session with %s is damaged",
                link->peer);
        break;
    default:
        ft_fail(&now, -rc, NULL, "the link to %s failed: %s", link->peer,
                strerror(-rc));
    }
    link_end(link, &now);
    return ft_link_error(link, err);
}

/* ------------------------------------------------------------ sending --- */

static int
send_staged(struct ft_link *link)
{
    size_t size = link->staged;

    link->staged = 0;
    return size ? ft_tls_send(link->tls, link->record, size, FT_NO_DEADLINE) : 0;
}

/*
 * Sends size bytes: whole records straight from data, what does not fill one
 * through the staging record.
 */
static int
send_piece(struct ft_link *link, const unsigned char *data, size_t size)
{
    while (size) {
        size_t part;
        int rc = 0;

        if (!link->staged && size >= FT_TLS_RECORD_MAX) {
            part = size - size % FT_TLS_RECORD_MAX;
            rc = ft_tls_send(link->tls, data, part, FT_NO_DEADLINE);
        } else {
            part = FT_MIN(size, FT_TLS_RECORD_MAX - link->staged);
            memcpy(link->record + link->staged, data, part);
            link->staged += part;
            if (link->staged == FT_TLS_RECORD_MAX)
                rc = send_staged(link);
        }
        if (rc)
            return rc;
        data += part;
        size -= part;
    }
    return 0;
}

static int
send_pieces(struct ft_link *link, struct ft_frame_header *header,
            const struct iovec *payload, size_t n)
{
    unsigned char bytes[FT_FRAME_HEADER_SIZE];
    int rc = FT_FAULT("link-send");

    header->sequence = link->send_sequence++;
    ft_frame_encode(header, bytes);
    if (!rc)
        rc = send_piece(link, bytes, sizeof(bytes));
    for (size_t i = 0; !rc && i < n; i++)
        rc = send_piece(link, payload[i].iov_base, payload[i].iov_len);
    return rc ? rc : send_staged(link);
}

int
ft_link_send_locked(struct ft_link *link, struct ft_frame_header *header,
                    const struct iovec *payload, size_t n)
{
    int rc = ft_link_error(link, NULL);

    if (rc)
        return rc;
    rc = send_pieces(link, header, payload, n);
    if (rc)
        return link_failed(link, rc, NULL);
    atomic_fetch_add(&link->frames_sent, 1);
    atomic_fetch_add(&link->bytes_sent, FT_FRAME_HEADER_SIZE + header->length);
    return 0;
}

int
ft_link_make_header(enum ft_frame_type type, unsigned flags, uint64_t epoch,
                    const struct iovec *payload, size_t n,
                    struct ft_frame_header *header)
{
    size_t length = 0;

    for (size_t i = 0; i < n; i++) {
        if (payload[i].iov_len > FT_FRAME_PAYLOAD_MAX - length)
            return -EMSGSIZE;
        length += payload[i].iov_len;
    }
    *header = (struct ft_frame_header){
        .length = (uint32_t)length,
        .type = (uint16_t)type,
        .flags = (uint16_t)flags,
        .epoch = epoch,
    };
    return ft_frame_check(header, NULL) ? -EINVAL : 0;
}

int
ft_link_send(struct ft_link *link, enum ft_frame_type type, unsigned flags,
             uint64_t epoch, const struct iovec *payload, size_t n)
{
    struct ft_frame_header header;
    int rc = ft_link_make_header(type, flags, epoch, payload, n, &header);

    if (rc)
        return rc;
    pthread_mutex_lock(&link->send_lock);
    rc = ft_link_send_locked(link, &header, payload, n);
    pthread_mutex_unlock(&link->send_lock);
    return rc;
}

int
ft_link_send_json(struct ft_link *link, enum ft_frame_type type, uint64_t epoch,
                  const json_t *value)
{
    FT_AUTOFREE char *text = json_dumps(value, JSON_COMPACT);
    struct iovec payload;

    if (!text)
        return -ENOMEM;
    payload = (struct iovec){ text, strlen(text) };
    return ft_link_send(link, type, 0, epoch, &payload, 1);
}

/* ---------------------------------------------------------- receiving --- */

/* Fills data up to size bytes, counting in received. -EAGAIN: deadline. */
static int
receive_part(struct ft_link *link, unsigned char *data, size_t size,
             int64_t deadline_ns)
{
    while (link->received < size) {
        ssize_t n = ft_tls_receive(link->tls, data + link->received,
                                   size - link->received, deadline_ns);

        if (n == -ETIMEDOUT && !ft_tls_error(link->tls))
            return -EAGAIN;
        if (n <= 0)
            return n ? (int)n : -EPIPE;
        link->received += n;
        atomic_store(&link->heard_ns, ft_clock_ns());
        atomic_fetch_add(&link->bytes_received, (uint64_t)n);
    }
    link->received = 0;
    return 0;
}

static int
receive_header(struct ft_link *link, int64_t deadline_ns)
{
    struct ft_error bad = FT_ERROR_INIT;
    int rc =
        receive_part(link, link->raw_header, FT_FRAME_HEADER_SIZE, deadline_ns);

    if (rc)
        return rc;
    if (ft_frame_decode(link->raw_header, link->receive_sequence, &link->header,
                        &bad)) {
        ft_error_prefix(&bad, "%s", link->peer);
        link_end(link, &bad);
        return -EPROTO;
    }
    link->receive_sequence++;
    link->header_done = 1;
    return 0;
}

static int
receive_frame(struct ft_link *link, int64_t deadline_ns)
{
    int rc = FT_FAULT("link-receive");

    if (!rc && !link->header_done)
        rc = receive_header(link, deadline_ns);
    if (!rc)
        rc = receive_part(link, link->payload, link->header.length, deadline_ns);
    if (!rc) {
        link->header_done = 0;
        atomic_fetch_add(&link->frames_received, 1);
    }
    return rc;
}

int
ft_link_receive(struct ft_link *link, int64_t deadline_ns, struct ft_frame *out,
                struct ft_error *err)
{
    int rc;

    do {
        rc = ft_link_error(link, err);
        if (rc)
            return rc;
        rc = receive_frame(link, deadline_ns);
        if (!rc && link->header.type == FT_FRAME_HEARTBEAT)
            ft_link_take_heartbeat(link);
    } while (!rc && link->header.type == FT_FRAME_HEARTBEAT);
    if (rc == -EAGAIN)
        return ft_fail(err, EAGAIN, NULL, "%s sent no frame in time",
                       link->peer);
    if (rc)
        return link_failed(link, rc, err);
    *out = (struct ft_frame){
        .type = link->header.type,
        .flags = link->header.flags,
        .epoch = link->header.epoch,
        .payload = link->payload,
        .length = link->header.length,
    };
    return 0;
}

uint64_t
ft_link_unsent(struct ft_link *link)
{
    return ft_tls_unsent(link->tls);
}

void
ft_link_stats(struct ft_link *link, struct ft_link_stats *out)
{
    out->frames_sent = atomic_load(&link->frames_sent);
    out->frames_received = atomic_load(&link->frames_received);
    out->bytes_sent = atomic_load(&link->bytes_sent);
    out->bytes_received = atomic_load(&link->bytes_received);
    out->send_blocked_ns = ft_tls_blocked_ns(link->tls);
}

const char *
ft_link_peer(const struct ft_link *link)
{
    return link->peer;
}

void
ft_link_ends(const struct ft_link *link, const char **local, const char **peer)
{
    *local = link->local_address;
    *peer = link->peer_address;
}

/* ------------------------------------------------------ begin and end --- */

/* Takes tls in every case. */
static int
link_new(struct ft_tls *tls, struct ft_link **out, struct ft_error *err)
{
    struct ft_link *link = calloc(1, sizeof(*link));

    if (link)
        link->payload = malloc(FT_FRAME_PAYLOAD_MAX);
    if (!link || !link->payload) {
        free(link);
        ft_tls_close(tls);
        return ft_fail(err, ENOMEM, NULL, "no memory for a link");
    }
    link->tls = tls;
    ft_tcp_peer_name(ft_tls_fd(tls), link->peer, sizeof(link->peer));
    ft_tcp_ends(ft_tls_fd(tls), link->local_address, link->peer_address);
    pthread_mutex_init(&link->send_lock, NULL);
    pthread_mutex_init(&link->state_lock, NULL);
    ft_link_init_heart(link);
    link->heard_ns = ft_clock_ns();
    link->round_trip_ns = -1;
    link->least_trip_ns = -1;
    *out = link;
    return 0;
}

int
ft_link_connect(const char *const *addresses, size_t n, uint16_t port,
                const char *pair, const unsigned char key[FT_TLS_KEY_SIZE],
                int64_t deadline_ns, struct ft_link **link, struct ft_error *err)
{
    struct ft_preamble preamble = { .kind = FT_PREAMBLE_LINK };
    FT_AUTOCLOSE int fd = -1;
    struct ft_tls *tls;
    int rc;

    if (strlen(pair) != FT_PAIR_ID_SIZE - 1)
        return ft_fail(err, EINVAL, NULL, "not a pair's UUID");
    strcpy(preamble.pair, pair);
    rc = ft_tcp_connect(addresses, n, port, deadline_ns, &fd, err);
    if (!rc)
        rc = ft_link_preamble_write(fd, &preamble, deadline_ns, err);
    if (!rc)
        rc = ft_tls_client(ft_fd_steal(&fd), pair, key, deadline_ns, &tls, err);
    return rc ? rc : link_new(tls, link, err);
}

struct expected {
    const char *pair;
    const unsigned char *key;
};

static int
expected_key(const char *identity, unsigned char key[FT_TLS_KEY_SIZE],
             void *opaque)
{
    const struct expected *expected = opaque;

    if (strcmp(identity, expected->pair))
        return -ENOENT;
    memcpy(key, expected->key, FT_TLS_KEY_SIZE);
    return 0;
}

int
ft_link_accept(int fd, const char *pair,
               const unsigned char key[FT_TLS_KEY_SIZE], int64_t deadline_ns,
               struct ft_link **link, struct ft_error *err)
{
    struct expected expected = { pair, key };
    struct ft_tls *tls;
    int rc = ft_tls_server(fd, expected_key, &expected, deadline_ns, &tls, err);

    return rc ? rc : link_new(tls, link, err);
}

void
ft_link_shutdown(struct ft_link *link)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_fail(&err, ESHUTDOWN, NULL, "the link to %s was shut down here",
            link->peer);
    link_end(link, &err);
}

/* Says goodbye where nobody is sending, and ends both directions. */
static void
end_in_order(struct ft_link *link)
{
    /*
     * Who holds the lock is the heartbeat thread, and it waits for a socket
     * that is full: no goodbye would go through.
     */
    if (pthread_mutex_trylock(&link->send_lock) == 0) {
        ft_tls_goodbye(link->tls);
        pthread_mutex_unlock(&link->send_lock);
    }
    ft_link_shutdown(link);
}

void
ft_link_close(struct ft_link *link)
{
    if (!link)
        return;
    ft_link_stop_heart(link);
    end_in_order(link);
    ft_link_join_heart(link);
    ft_tls_close(link->tls);
    pthread_mutex_destroy(&link->send_lock);
    pthread_mutex_destroy(&link->state_lock);
    pthread_cond_destroy(&link->beat);
    free(link->payload);
    free(link);
}
