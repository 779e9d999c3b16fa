/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the TLS session: its members, and the way between GnuTLS and the
 * socket. What tls.h says about threads holds.
 */
#ifndef FT_LINK_TLS_PRIVATE_H
#define FT_LINK_TLS_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include <gnutls/gnutls.h>

#include "link/tls.h"

struct ft_tls_bytes {
    unsigned char *data;
    size_t size, room;
};

/*
 * GnuTLS never sees the socket. What it wants to send goes to the buffer out,
 * which always takes it, and the sending thread writes it to the socket when
 * no lock is held. This is not only faster: where GnuTLS is told to try a
 * write again and a key update comes in between, it sends the data twice.
 */
struct ft_tls {
    int fd;
    gnutls_session_t session;
    gnutls_psk_client_credentials_t client;
    gnutls_psk_server_credentials_t server;
    ft_tls_key_lookup lookup;
    void *opaque;
    int unknown; /* the lookup did not know the identity */
    char identity[FT_TLS_IDENTITY_MAX + 1];

    pthread_mutex_t lock; /* around every call with session, and: */
    int broken;           /* the -errno that ended the session */
    int said_goodbye;
    int pull_errno;          /* of the last read from the socket */
    struct ft_tls_bytes out; /* encrypted, for the socket */
    size_t in_start, in_end; /* what in holds */
    unsigned char in[65536]; /* encrypted, from the socket */

    struct ft_tls_bytes flight; /* the sender's: being written */
    int send_failed;            /* the sender's: a record is half written */
    atomic_int down;            /* ft_tls_shutdown was called */
    _Atomic int64_t blocked_ns; /* time in ft_tls_send without progress */
};

/* Frees everything, and closes the socket without a goodbye. */
void ft_tls_free(struct ft_tls *tls);

/* Makes tls the transport of its own session. */
void ft_tls_set_transport(struct ft_tls *tls);

/*
 * Writes what GnuTLS has made to the socket. On the sending thread, or during
 * the handshake. 0 or -errno; after a failure always the same.
 */
int ft_tls_flush(struct ft_tls *tls, int64_t deadline_ns);

/* What a failed GnuTLS call means to our callers: -errno. */
int ft_tls_errno(const struct ft_tls *tls, int code);

#endif
