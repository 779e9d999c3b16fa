/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an NBD server serves: exports, and the handlers that do what its clients
 * ask for. Said by who starts a server, known to all of its parts.
 *
 * Memory: the caller's. Threads: handlers of one export may run on several at
 * the same time, see nbd-server.h.
 */
#ifndef FT_DISK_NBD_EXPORT_H
#define FT_DISK_NBD_EXPORT_H

#include <stddef.h>
#include <stdint.h>

#define FT_NBD_EXPORTS_MAX 64
#define FT_NBD_NAME_MAX 255                     /* bytes of a name */
#define FT_NBD_PIECE_MAX (UINT32_C(1) << 20)    /* bytes at once */
#define FT_NBD_REQUEST_MAX (UINT32_C(32) << 20) /* bytes */

struct ft_nbd_export {
    const char *name;
    uint64_t size; /* bytes */
};

/*
 * What the server calls; export is the index into the exports. Offset and
 * length in bytes, checked against the export's size; data is at most
 * FT_NBD_PIECE_MAX bytes a call, so that one request may become several calls,
 * of which the last has fua set when the client wants the data on stable
 * storage. zero's length is not split. All return 0 or -errno; the client sees
 * EPERM, EIO, ENOMEM, EINVAL, ENOSPC, EOPNOTSUPP or ESHUTDOWN, and EIO for
 * every other code. A handler may be NULL: the command is then refused, and
 * not offered where NBD has a flag for it.
 */
struct ft_nbd_handlers {
    int (*read)(void *opaque, unsigned export, void *data, uint64_t offset,
                size_t length);
    int (*write)(void *opaque, unsigned export, const void *data,
                 uint64_t offset, size_t length, int fua);
    int (*zero)(void *opaque, unsigned export, uint64_t offset, uint64_t length,
                int trim, int fua);
    int (*flush)(void *opaque, unsigned export);
    /*
     * Of what is at offset: 2 what the client has already, 1 zeros that take no
     * room, 0 data, for *run bytes, 1 to length. With it clients are told of
     * holes, and get no zeros sent.
     */
    int (*extent)(void *opaque, unsigned export, uint64_t offset,
                  uint64_t length, uint64_t *run);
};

#endif
