/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/nbd-chunks.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "disk/nbd-protocol.h"

/* Told by one reply at most; the client asks for more from where they end. */
#define EXTENTS_MAX 128

/* A header, and payload of size bytes of which the caller sends the rest. */
static int
send_chunk(struct nbd_session *session, uint64_t handle, enum nbd_chunk type,
           unsigned flags, const void *head, size_t head_size, size_t size)
{
    unsigned char header[NBD_CHUNK_SIZE];
    int rc;

    ft_put_be32(header, NBD_STRUCTURED_REPLY_MAGIC);
    ft_put_be16(header + 4, (uint16_t)flags);
    ft_put_be16(header + 6, (uint16_t)type);
    ft_put_be64(header + 8, handle);
    ft_put_be32(header + 16, (uint32_t)size);
    rc = nbd_send(session, header, sizeof(header));
    return rc || !head_size ? rc : nbd_send(session, head, head_size);
}

int
nbd_chunk_error(struct nbd_session *session, uint64_t handle, uint32_t error)
{
    unsigned char body[6] = { 0 }; /* the error, and a message of no bytes */

    ft_put_be32(body, error);
    return send_chunk(session, handle, NBD_CHUNK_ERROR, NBD_CHUNK_DONE, body,
                      sizeof(body), sizeof(body));
}

static int
send_piece(struct nbd_session *session, uint64_t handle, uint64_t offset,
           uint32_t length, unsigned flags)
{
    unsigned char head[12];
    int rc;

    ft_put_be64(head, offset);
    if (ft_bytes_are_zero(session->buffer, length)) {
        ft_put_be32(head + 8, length);
        return send_chunk(session, handle, NBD_CHUNK_OFFSET_HOLE, flags, head,
                          12, 12);
    }
    rc = send_chunk(session, handle, NBD_CHUNK_OFFSET_DATA, flags, head, 8,
                    8 + (size_t)length);
    return rc ? rc : nbd_send(session, session->buffer, length);
}

int
nbd_chunk_read(struct nbd_session *session, uint64_t handle, uint64_t offset,
               uint32_t length, uint32_t (*error_of)(int code))
{
    int rc = length ? 0
                    : send_chunk(session, handle, NBD_CHUNK_NONE,
                                 NBD_CHUNK_DONE, NULL, 0, 0);

    while (!rc && length) {
        uint32_t part = FT_MIN(length, FT_NBD_PIECE_MAX);
        int error = session->handlers.read(session->opaque, session->export,
                                           session->buffer, offset, part);

        if (error)
            return nbd_chunk_error(session, handle, error_of(-error));
        rc = send_piece(session, handle, offset, part,
                        part == length ? NBD_CHUNK_DONE : 0);
        offset += part;
        length -= part;
    }
    return rc;
}

/*
 * What is a hole and not zero is, to qemu-img convert -B, what the image before it
 * has (img_convert of QEMU's qemu-img.c: neither data nor zero is its backing
 * file's).
 */
static uint32_t
state_of(int kind)
{
    return kind == 2   ? NBD_STATE_HOLE
           : kind == 1 ? NBD_STATE_HOLE | NBD_STATE_ZERO
                       : 0;
}

/* Fills extents; how many, or -errno. */
static int
find_extents(struct nbd_session *session, uint64_t offset, uint32_t length,
             unsigned most, unsigned char *extents)
{
    unsigned n;

    for (n = 0; n < most && length; n++, extents += 8) {
        uint64_t run = 0;
        int kind = session->handlers.extent(session->opaque, session->export,
                                            offset, length, &run);

        if (kind < 0)
            return kind;
        if (!run || run > length)
            return -EIO;
        ft_put_be32(extents, (uint32_t)run);
        ft_put_be32(extents + 4, state_of(kind));
        offset += run;
        length -= (uint32_t)run;
    }
    return (int)n;
}

int
nbd_chunk_extents(struct nbd_session *session, uint64_t handle, uint64_t offset,
                  uint32_t length, int one, uint32_t (*error_of)(int code))
{
    unsigned char body[4 + 8 * EXTENTS_MAX];
    int n =
        find_extents(session, offset, length, one ? 1 : EXTENTS_MAX, body + 4);
    size_t size = 4 + 8 * (size_t)FT_MAX(n, 0);

    if (n < 0)
        return nbd_chunk_error(session, handle, error_of(-n));
    ft_put_be32(body, NBD_CONTEXT_ID);
    return send_chunk(session, handle, NBD_CHUNK_BLOCK_STATUS, NBD_CHUNK_DONE,
                      body, size, size);
}
