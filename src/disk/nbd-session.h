/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One client of the NBD server: its connection, what it may use and what it has
 * chosen; and bytes to and from it, in full or not at all. The negotiation and
 * the transmission phase both work on it.
 *
 * Memory: fd, exports and opaque are the caller's, buffer is of nbd_run.
 * Threads: a session belongs to its connection's thread.
 */
#ifndef FT_DISK_NBD_SESSION_H
#define FT_DISK_NBD_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "disk/nbd-export.h"

struct nbd_session {
    int fd; /* the caller's */
    const struct ft_nbd_export *exports;
    size_t export_count;
    struct ft_nbd_handlers handlers;
    void *opaque;
    int no_zeroes;       /* negotiated */
    int structured;      /* replies, negotiated */
    unsigned allocation; /* whose extents are asked for: export + 1; 0: none */
    unsigned export;     /* chosen */
    unsigned char *buffer; /* FT_NBD_PIECE_MAX bytes */
};

/*
 * Exactly size bytes. 0 or -errno: -EPIPE when the client is gone, -ETIMEDOUT
 * while the negotiation's time limit is on.
 */
int nbd_receive(const struct nbd_session *session, void *data, size_t size);
int nbd_send(const struct nbd_session *session, const void *data, size_t size);

/* Receives size bytes and throws them away; buffer is used. */
int nbd_skip(const struct nbd_session *session, uint64_t size);

#endif
