/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small NBD server on a unix socket, the sink of QEMU's mirror jobs and what
 * snapshots are read by: fixed
 * newstyle, one export a disk
 * (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md).
 *
 * Offered: NBD_OPT_EXPORT_NAME, GO, INFO, LIST, ABORT; READ, WRITE, FLUSH,
 * TRIM, WRITE_ZEROES, DISC; FUA; and where the handlers tell extents, structured
 * replies, and BLOCK_STATUS of base:allocation. Every other option is refused as
 * unsupported, which clients expect. An empty export name means the only export.
 *
 * Threads: one accepts, and one for each connection calls the handlers, so
 * handlers of one export may run at the same time when a client connects
 * twice. Requests of one connection are carried out one after the other, in
 * their order.
 *
 * Bounds: FT_NBD_CONNECTIONS_MAX connections (more are closed at once), one
 * buffer of FT_NBD_PIECE_MAX bytes for each.
 */
#ifndef FT_DISK_NBD_SERVER_H
#define FT_DISK_NBD_SERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "disk/nbd-export.h"

#define FT_NBD_CONNECTIONS_MAX 128

struct ft_nbd;

/*
 * Serves the exports (copied) on a fresh socket at path, which replaces an old
 * one and gets mode 0600 and this owner (-1: leave it). handlers is copied;
 * opaque must live until ft_nbd_stop.
 */
int ft_nbd_start(const char *path, uid_t uid, gid_t gid,
                 const struct ft_nbd_export *exports, size_t n,
                 const struct ft_nbd_handlers *handlers, void *opaque,
                 struct ft_nbd **server, struct ft_error *err);

/*
 * The same for one connection that exists already, on the calling thread,
 * until the client leaves. fd is taken. 0 when the client left in good order,
 * otherwise -errno with a text.
 */
int ft_nbd_serve(int fd, const struct ft_nbd_export *exports, size_t n,
                 const struct ft_nbd_handlers *handlers, void *opaque,
                 struct ft_error *err);

/* Connections at the moment. */
unsigned ft_nbd_connections(struct ft_nbd *server);

/*
 * Unlinks the socket, ends every connection and joins the threads; waits for
 * handlers that run. NULL is a no-op.
 */
void ft_nbd_stop(struct ft_nbd *server);

#endif
