/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/nbd-transmission.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "disk/nbd-chunks.h"
#include "disk/nbd-negotiate.h"
#include "disk/nbd-protocol.h"

/* A negotiation that stands still for this long is over. */
#define NEGOTIATION_TIMEOUT_S 30

struct request {
    unsigned flags, type;
    uint64_t handle, offset;
    uint32_t length;
};

static uint32_t
wire_errno(int code)
{
    /* The protocol's numbers are Linux's. */
    switch (code) {
    case 0:
    case EPERM:
    case EIO:
    case ENOMEM:
    case EINVAL:
    case ENOSPC:
    case EOVERFLOW:
    case EOPNOTSUPP:
    case ESHUTDOWN:
        return (uint32_t)code;
    case EROFS:
        return EPERM;
    default:
        return EIO;
    }
}

static int
answer(struct nbd_session *session, const struct request *request, int rc)
{
    unsigned char reply[NBD_REPLY_SIZE];

    ft_put_be32(reply, NBD_REPLY_MAGIC);
    ft_put_be32(reply + 4, wire_errno(-rc));
    ft_put_be64(reply + 8, request->handle);
    return nbd_send(session, reply, sizeof(reply));
}

/* What is wrong with a request by itself: 0 or the -errno to answer. */
static int
check(const struct nbd_session *session, const struct request *request)
{
    uint64_t size = session->exports[session->export].size;
    unsigned allowed = NBD_CMD_FLAG_FUA;
    int writes =
        request->type == NBD_CMD_WRITE || request->type == NBD_CMD_WRITE_ZEROES;

    if (request->type == NBD_CMD_WRITE_ZEROES)
        allowed |= NBD_CMD_FLAG_NO_HOLE;
    if (request->type == NBD_CMD_BLOCK_STATUS)
        allowed |= NBD_CMD_FLAG_REQ_ONE;
    if (request->flags & ~allowed)
        return -EINVAL;
    if (request->type == NBD_CMD_FLUSH)
        return 0;
    if (request->offset > size || request->length > size - request->offset)
        return writes ? -ENOSPC : -EINVAL;
    return 0;
}

/* Receives a write's data and hands it on; *error is what to answer. */
static int
take_write(struct nbd_session *session, const struct request *request,
           int *error)
{
    uint32_t done = 0;

    *error = session->handlers.write ? check(session, request) : -EPERM;
    while (done < request->length) {
        uint32_t part = FT_MIN(request->length - done, FT_NBD_PIECE_MAX);
        int last = done + part == request->length;
        int rc = nbd_receive(session, session->buffer, part);

        if (rc)
            return rc;
        if (!*error)
            *error = session->handlers.write(session->opaque, session->export,
                                             session->buffer,
                                             request->offset + done, part,
                                             last && (request->flags &
                                                      NBD_CMD_FLAG_FUA));
        done += part;
    }
    return 0;
}

static int
do_write(struct nbd_session *session, const struct request *request,
         struct ft_error *err)
{
    int error, rc;

    /* Nothing says where the next request begins but this length. */
    if (request->length > FT_NBD_REQUEST_MAX)
        return ft_fail(err, EPROTO, NULL, "NBD write of %u bytes",
                       request->length);
    rc = take_write(session, request, &error);
    return rc ? rc : answer(session, request, error);
}

/* An answer without data to what is answered with chunks where they are agreed on. */
static int
refuse(struct nbd_session *session, const struct request *request, int rc)
{
    return session->structured
               ? nbd_chunk_error(session, request->handle, wire_errno(-rc))
               : answer(session, request, rc);
}

static int
read_piece(struct nbd_session *session, const struct request *request,
           uint32_t done, uint32_t *part)
{
    *part = FT_MIN(request->length - done, FT_NBD_PIECE_MAX);
    return session->handlers.read(session->opaque, session->export,
                                  session->buffer, request->offset + done,
                                  *part);
}

/*
 * The reply comes before the data, so that only the first piece can fail with
 * an error code; the protocol wants a hang-up when a later one does.
 */
static int
do_read(struct nbd_session *session, const struct request *request)
{
    int error = session->handlers.read ? check(session, request) : -EPERM;
    uint32_t done = 0, part = 0;
    int rc;

    if (!error && request->length > FT_NBD_REQUEST_MAX)
        error = -EINVAL;
    if (error)
        return refuse(session, request, error);
    if (session->structured)
        return nbd_chunk_read(session, request->handle, request->offset,
                              request->length, wire_errno);
    if (request->length)
        error = read_piece(session, request, 0, &part);
    rc = answer(session, request, error);
    while (!rc && !error && part) {
        rc = nbd_send(session, session->buffer, part);
        done += part;
        part = 0;
        if (!rc && done < request->length)
            rc = read_piece(session, request, done, &part);
    }
    return rc;
}

static int
do_extents(struct nbd_session *session, const struct request *request)
{
    int error = session->allocation == session->export + 1
                    ? check(session, request)
                    : -EINVAL;

    if (!error && !request->length)
        error = -EINVAL;
    if (error)
        return refuse(session, request, error);
    return nbd_chunk_extents(session, request->handle, request->offset,
                             request->length,
                             request->flags & NBD_CMD_FLAG_REQ_ONE, wire_errno);
}

static int
do_zero(struct nbd_session *session, const struct request *request)
{
    int error = session->handlers.zero ? check(session, request) : -EPERM;

    if (!error && request->length)
        error = session->handlers.zero(session->opaque, session->export,
                                       request->offset, request->length,
                                       !(request->flags & NBD_CMD_FLAG_NO_HOLE),
                                       request->flags & NBD_CMD_FLAG_FUA);
    return answer(session, request, error);
}

static int
do_flush(struct nbd_session *session, const struct request *request)
{
    int error = session->handlers.flush ? check(session, request) : -EINVAL;

    if (!error)
        error = session->handlers.flush(session->opaque, session->export);
    return answer(session, request, error);
}

/* Carries out one request. *done: the client said goodbye. */
static int
next_request(struct nbd_session *session, int *done, struct ft_error *err)
{
    unsigned char bytes[NBD_REQUEST_SIZE];
    struct request request;
    int rc = nbd_receive(session, bytes, sizeof(bytes));

    if (rc)
        return rc;
    if (ft_get_be32(bytes) != NBD_REQUEST_MAGIC)
        return ft_fail(err, EPROTO, NULL, "NBD request with a wrong magic");
    request = (struct request){
        .flags = ft_get_be16(bytes + 4),
        .type = ft_get_be16(bytes + 6),
        .handle = ft_get_be64(bytes + 8),
        .offset = ft_get_be64(bytes + 16),
        .length = ft_get_be32(bytes + 24),
    };
    switch (request.type) {
    case NBD_CMD_READ:
        return do_read(session, &request);
    case NBD_CMD_WRITE:
        return do_write(session, &request, err);
    case NBD_CMD_FLUSH:
        return do_flush(session, &request);
    case NBD_CMD_TRIM:
    case NBD_CMD_WRITE_ZEROES:
        return do_zero(session, &request);
    case NBD_CMD_BLOCK_STATUS:
        return do_extents(session, &request);
    case NBD_CMD_DISC:
        *done = 1;
        return 0;
    default:
        return answer(session, &request, -EINVAL);
    }
}

static void
set_timeout(int fd, time_t seconds)
{
    struct timeval limit = { seconds, 0 };

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

int
nbd_run(struct nbd_session *session, struct ft_error *err)
{
    FT_AUTOFREE unsigned char *buffer = malloc(FT_NBD_PIECE_MAX);
    struct ft_error local = FT_ERROR_INIT;
    int done = 0, rc;

    if (!buffer)
        return ft_fail(err, ENOMEM, NULL, "no memory for an NBD client");
    session->buffer = buffer;
    set_timeout(session->fd, NEGOTIATION_TIMEOUT_S);
    rc = nbd_negotiate(session, err);
    if (rc)
        return rc < 0 ? rc : 0;
    set_timeout(session->fd, 0);
    while (!rc && !done)
        rc = next_request(session, &done, &local);
    if (!rc)
        return 0;
    if (local.code) {
        if (err)
            *err = local;
        return -local.code;
    }
    return ft_fail(err, -rc, NULL, "NBD client of %s: %s",
                   session->exports[session->export].name,
                   rc == -EPIPE ? "left without a goodbye" : strerror(-rc));
}
