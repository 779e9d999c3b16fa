/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS 1.3 with an external pre-shared key over a connected stream socket
 * (RFC 8446 section 4.2.11; psk_dhe_ke only, so that a key stolen later opens
 * no recorded session). No certificates, no tickets, no early data.
 *
 * Ownership: a struct ft_tls owns its socket. Keys are never logged, and our
 * copies are wiped before their memory is freed; GnuTLS has copies of its own
 * during the handshake.
 *
 * Threads: one thread may send while another receives and a third calls
 * ft_tls_shutdown. Two senders, or two receivers, need a lock of their own.
 * Inside, every GnuTLS call is made on a non-blocking socket under one mutex
 * that is never held while waiting: key updates and alerts, where the
 * receiving half touches the sending half, are safe for that reason.
 *
 * Times are CLOCK_MONOTONIC in ns; FT_NO_DEADLINE waits for ever.
 */
#ifndef FT_LINK_TLS_H
#define FT_LINK_TLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "link/tcp.h"

#define FT_TLS_KEY_SIZE 32

/* Longest identity, without the NUL. Identities are printable ASCII. */
#define FT_TLS_IDENTITY_MAX 127

/* The most plain text that one record carries (RFC 8446 section 5.1). */
#define FT_TLS_RECORD_MAX 16384

struct ft_tls;

/*
 * Finds the key of identity: fills key and returns 0, or -ENOENT. Called on
 * the thread that is in ft_tls_server.
 */
typedef int (*ft_tls_key_lookup)(const char *identity,
                                 unsigned char key[FT_TLS_KEY_SIZE],
                                 void *opaque);

/*
 * Handshake as client or as server. fd is taken in every case: ft_tls_close
 * closes it, or the failing call itself. *tls is for ft_tls_close.
 *
 * -EACCES   the keys differ, or the server does not know the identity
 * -EPROTO   the peer speaks something else
 * -ETIMEDOUT, -EPIPE (the peer hung up), -ECONNRESET, -ENOMEM
 */
int ft_tls_client(int fd, const char *identity,
                  const unsigned char key[FT_TLS_KEY_SIZE], int64_t deadline_ns,
                  struct ft_tls **tls, struct ft_error *err);
int ft_tls_server(int fd, ft_tls_key_lookup lookup, void *opaque,
                  int64_t deadline_ns, struct ft_tls **tls,
                  struct ft_error *err);

/* The identity that the two sides agreed on; lives as long as tls. */
const char *ft_tls_identity(const struct ft_tls *tls);

/* The socket, for getsockopt(2) and poll(2); never read or write it. */
int ft_tls_fd(const struct ft_tls *tls);

/*
 * Sends all of data. 0 or -errno: -EPIPE (also after ft_tls_shutdown),
 * -ECONNRESET, -ETIMEDOUT (of the deadline or of TCP), -EPROTO. After any
 * failure the session cannot send any more.
 */
int ft_tls_send(struct ft_tls *tls, const void *data, size_t size,
                int64_t deadline_ns);

/*
 * Receives 1 to size bytes, whatever comes first, and returns how many. 0: the
 * peer closed the session in good order. -EPIPE: the stream ended without
 * that (the peer's process died, or ft_tls_shutdown). -ECONNRESET, -EPROTO.
 * -ETIMEDOUT at the deadline: nothing is lost and the call may be repeated.
 */
ssize_t ft_tls_receive(struct ft_tls *tls, void *data, size_t size,
                       int64_t deadline_ns);

/* Receives exactly size bytes; a stream that ends before is -EPIPE. */
int ft_tls_receive_full(struct ft_tls *tls, void *data, size_t size,
                        int64_t deadline_ns);

/* The -errno that ended the session, or 0 while it works. */
int ft_tls_error(struct ft_tls *tls);

/* Time in ns that senders have waited for the socket so far. */
int64_t ft_tls_blocked_ns(struct ft_tls *tls);

/* Bytes that the peer's kernel does not have yet. Any thread. */
uint64_t ft_tls_unsent(struct ft_tls *tls);

/*
 * Says that nothing more will be sent, where that does not block. The sending
 * thread calls it; ft_tls_close does by itself.
 */
void ft_tls_goodbye(struct ft_tls *tls);

/*
 * Ends both directions at once and wakes every thread that is in ft_tls_send
 * or ft_tls_receive. May be called from any thread, more than once.
 */
void ft_tls_shutdown(struct ft_tls *tls);

/*
 * Says goodbye unless that was done or the session is down, closes the socket
 * and frees. No other thread may use tls any more. NULL is a no-op.
 */
void ft_tls_close(struct ft_tls *tls);

#define FT_AUTOTLS FT_CLEANUP(ft_cleanup_tls)

static inline void
ft_cleanup_tls(struct ft_tls **tls)
{
    ft_tls_close(*tls);
}

#endif
