/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/nbd-negotiate.h"

#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "disk/nbd-protocol.h"

/* The longest option that is looked at, and the longest that is skipped. */
#define OPTION_MAX 4096
#define OPTION_SKIP_MAX 65536

/* A client that has not chosen an export by then does not want one. */
#define OPTIONS_MAX 1024

static int
greet(struct nbd_session *session, struct ft_error *err)
{
    unsigned char hello[18], answer[4];
    uint32_t flags;
    int rc;

    ft_put_be64(hello, NBD_INIT_MAGIC);
    ft_put_be64(hello + 8, NBD_OPTION_MAGIC);
    ft_put_be16(hello + 16,
                NBD_HANDSHAKE_FIXED_NEWSTYLE | NBD_HANDSHAKE_NO_ZEROES);
    rc = nbd_send(session, hello, sizeof(hello));
    if (!rc)
        rc = nbd_receive(session, answer, sizeof(answer));
    if (rc)
        return ft_fail(err, -rc, NULL, "NBD client left in the handshake");
    flags = ft_get_be32(answer);
    if (flags & ~(NBD_HANDSHAKE_FIXED_NEWSTYLE | NBD_HANDSHAKE_NO_ZEROES))
        return ft_fail(err, EPROTO, NULL, "NBD client with unknown flags 0x%x",
                       flags);
    session->no_zeroes = !!(flags & NBD_HANDSHAKE_NO_ZEROES);
    return 0;
}

static int
reply(struct nbd_session *session, uint32_t option, uint32_t type,
      const void *data, size_t size)
{
    unsigned char header[20];
    int rc;

    ft_put_be64(header, NBD_OPTION_REPLY_MAGIC);
    ft_put_be32(header + 8, option);
    ft_put_be32(header + 12, type);
    ft_put_be32(header + 16, (uint32_t)size);
    rc = nbd_send(session, header, sizeof(header));
    return rc || !size ? rc : nbd_send(session, data, size);
}

static uint16_t
transmission_flags(const struct nbd_session *session)
{
    uint16_t flags = NBD_FLAG_HAS_FLAGS;

    if (session->handlers.write)
        flags |= NBD_FLAG_SEND_FUA;
    else
        flags |= NBD_FLAG_READ_ONLY | NBD_FLAG_CAN_MULTI_CONN;
    if (session->handlers.flush)
        flags |= NBD_FLAG_SEND_FLUSH;
    if (session->handlers.zero)
        flags |= NBD_FLAG_SEND_TRIM | NBD_FLAG_SEND_WRITE_ZEROES;
    return flags;
}

/* The export of this name: its index, or -ENOENT. */
static int
find(const struct nbd_session *session, const unsigned char *name, size_t size)
{
    for (size_t i = 0; i < session->export_count; i++) {
        const char *mine = session->exports[i].name;

        if ((strlen(mine) == size && !memcmp(mine, name, size)) ||
            (!size && session->export_count == 1))
            return (int)i;
    }
    return -ENOENT;
}

/* Chooses it. 0 or -ENOENT. */
static int
choose(struct nbd_session *session, const unsigned char *name, size_t size)
{
    int found = find(session, name, size);

    if (found < 0)
        return found;
    session->export = (unsigned)found;
    return 0;
}

static int
export_name(struct nbd_session *session, const unsigned char *name, size_t size,
            struct ft_error *err)
{
    unsigned char answer[10 + 124] = { 0 };
    int rc;

    /* This option has no way to say no, except to hang up. */
    if (choose(session, name, size))
        return ft_fail(err, ENOENT, NULL, "NBD client wants an unknown export");
    ft_put_be64(answer, session->exports[session->export].size);
    ft_put_be16(answer + 8, transmission_flags(session));
    rc = nbd_send(session, answer, session->no_zeroes ? 10 : sizeof(answer));
    return rc ? ft_fail(err, -rc, NULL, "NBD client left in the handshake") : 0;
}

static int
list(struct nbd_session *session)
{
    unsigned char entry[4 + FT_NBD_NAME_MAX];
    int rc = 0;

    for (size_t i = 0; !rc && i < session->export_count; i++) {
        size_t size = strlen(session->exports[i].name);

        ft_put_be32(entry, (uint32_t)size);
        memcpy(entry + 4, session->exports[i].name, size);
        rc = reply(session, NBD_OPT_LIST, NBD_REP_SERVER, entry, 4 + size);
    }
    return rc ? rc : reply(session, NBD_OPT_LIST, NBD_REP_ACK, NULL, 0);
}

static int
send_info(struct nbd_session *session, uint32_t option, int want_name)
{
    const struct ft_nbd_export *export = &session->exports[session->export];
    unsigned char size[12], blocks[14], name[2 + FT_NBD_NAME_MAX];
    int rc;

    ft_put_be16(size, NBD_INFO_EXPORT);
    ft_put_be64(size + 2, export->size);
    ft_put_be16(size + 10, transmission_flags(session));
    ft_put_be16(blocks, NBD_INFO_BLOCK_SIZE);
    ft_put_be32(blocks + 2, 1);
    ft_put_be32(blocks + 6, 4096);
    ft_put_be32(blocks + 10, FT_NBD_REQUEST_MAX);
    ft_put_be16(name, NBD_INFO_NAME);
    memcpy(name + 2, export->name, strlen(export->name));
    rc = reply(session, option, NBD_REP_INFO, size, sizeof(size));
    if (!rc)
        rc = reply(session, option, NBD_REP_INFO, blocks, sizeof(blocks));
    if (!rc && want_name)
        rc = reply(session, option, NBD_REP_INFO, name,
                   2 + strlen(export->name));
    return rc ? rc : reply(session, option, NBD_REP_ACK, NULL, 0);
}

/* GO and INFO: u32 length of name, name, u16 count, u16 information wanted. */
static int
info(struct nbd_session *session, uint32_t option, const unsigned char *data,
     size_t size, int *chosen)
{
    int want_name = 0;
    uint32_t name;
    unsigned count;

    if (size < 6 || (name = ft_get_be32(data)) > size - 6)
        return reply(session, option, NBD_REP_ERR_INVALID, NULL, 0);
    count = ft_get_be16(data + 4 + name);
    if (size != 6 + (size_t)name + 2 * (size_t)count)
        return reply(session, option, NBD_REP_ERR_INVALID, NULL, 0);
    for (unsigned i = 0; i < count; i++)
        if (ft_get_be16(data + 6 + name + 2 * (size_t)i) == NBD_INFO_NAME)
            want_name = 1;
    if (choose(session, data + 4, name))
        return reply(session, option, NBD_REP_ERR_UNKNOWN, NULL, 0);
    *chosen = option == NBD_OPT_GO;
    return send_info(session, option, want_name);
}

/* Whether a query of a metadata context asks for ours; of a list, also "base:". */
static int
asks_allocation(const unsigned char *query, uint32_t size, int listed)
{
    static const char name[] = NBD_CONTEXT_ALLOCATION;

    return (size == sizeof(name) - 1 && !memcmp(query, name, size)) ||
           (listed && size == 5 && !memcmp(query, name, size));
}

/*
 * u32 length of name, name, u32 count, as many queries with their lengths. Whether
 * ours is asked for: 1, 0, or -EINVAL.
 */
static int
read_queries(const unsigned char *at, size_t left, int listed)
{
    uint32_t count, size;
    int found;

    if (left < 4)
        return -EINVAL;
    count = ft_get_be32(at);
    found = listed && !count;
    for (at += 4, left -= 4; count; count--, at += size, left -= size) {
        if (left < 4 || (size = ft_get_be32(at)) > left - 4)
            return -EINVAL;
        at += 4;
        left -= 4;
        found |= asks_allocation(at, size, listed);
    }
    return left ? -EINVAL : found;
}

static int
reply_context(struct nbd_session *session, uint32_t option)
{
    unsigned char context[4 + sizeof(NBD_CONTEXT_ALLOCATION) - 1] = { 0 };

    if (option == NBD_OPT_SET_META_CONTEXT)
        ft_put_be32(context, NBD_CONTEXT_ID);
    memcpy(context + 4, NBD_CONTEXT_ALLOCATION, sizeof(context) - 4);
    return reply(session, option, NBD_REP_META_CONTEXT, context,
                 sizeof(context));
}

/* LIST_META_CONTEXT and SET_META_CONTEXT. */
static int
contexts(struct nbd_session *session, uint32_t option,
         const unsigned char *data, size_t size)
{
    int set = option == NBD_OPT_SET_META_CONTEXT, export, wanted, rc = 0;
    uint32_t name;

    if (!session->structured || size < 4 ||
        (name = ft_get_be32(data)) > size - 4)
        return reply(session, option, NBD_REP_ERR_INVALID, NULL, 0);
    wanted = read_queries(data + 4 + name, size - 4 - name, !set);
    if (wanted < 0)
        return reply(session, option, NBD_REP_ERR_INVALID, NULL, 0);
    export = find(session, data + 4, name);
    if (export < 0)
        return reply(session, option, NBD_REP_ERR_UNKNOWN, NULL, 0);
    if (set)
        session->allocation = wanted ? (unsigned)export + 1 : 0;
    if (wanted)
        rc = reply_context(session, option);
    return rc ? rc : reply(session, option, NBD_REP_ACK, NULL, 0);
}

static int
structured(struct nbd_session *session, size_t size)
{
    if (size)
        return reply(session, NBD_OPT_STRUCTURED_REPLY, NBD_REP_ERR_INVALID,
                     NULL, 0);
    session->structured = 1;
    return reply(session, NBD_OPT_STRUCTURED_REPLY, NBD_REP_ACK, NULL, 0);
}

/* What is offered where holes are known. */
static int
take_option_of_holes(struct nbd_session *session, uint32_t option,
                     const unsigned char *data, size_t size)
{
    if (session->handlers.extent && option == NBD_OPT_STRUCTURED_REPLY)
        return structured(session, size);
    if (session->handlers.extent && (option == NBD_OPT_LIST_META_CONTEXT ||
                                     option == NBD_OPT_SET_META_CONTEXT))
        return contexts(session, option, data, size);
    return reply(session, option, NBD_REP_ERR_UNSUP, NULL, 0);
}

/* One option whose data was received. *done: 1 go on to commands, 2 leave. */
static int
take_option(struct nbd_session *session, uint32_t option,
            const unsigned char *data, size_t size, int *done)
{
    int chosen = 0, rc;

    switch (option) {
    case NBD_OPT_ABORT:
        *done = 2;
        return reply(session, option, NBD_REP_ACK, NULL, 0);
    case NBD_OPT_LIST:
        return size ? reply(session, option, NBD_REP_ERR_INVALID, NULL, 0)
                    : list(session);
    case NBD_OPT_INFO:
    case NBD_OPT_GO:
        rc = info(session, option, data, size, &chosen);
        *done = chosen;
        return rc;
    default:
        return take_option_of_holes(session, option, data, size);
    }
}

/* Receives one option and answers it. */
static int
next_option(struct nbd_session *session, int *done, struct ft_error *err)
{
    unsigned char header[16], data[OPTION_MAX];
    uint32_t option, size;
    int rc = nbd_receive(session, header, sizeof(header));

    if (rc)
        return ft_fail(err, -rc, NULL, "NBD client left in the handshake");
    option = ft_get_be32(header + 8);
    size = ft_get_be32(header + 12);
    if (ft_get_be64(header) != NBD_OPTION_MAGIC)
        return ft_fail(err, EPROTO, NULL, "NBD option with a wrong magic");
    if (size > OPTION_SKIP_MAX ||
        (size > OPTION_MAX && option == NBD_OPT_EXPORT_NAME))
        return ft_fail(err, EPROTO, NULL, "NBD option %u of %u bytes", option,
                       size);
    if (size > OPTION_MAX) {
        rc = nbd_skip(session, size);
        if (!rc)
            rc = reply(session, option, NBD_REP_ERR_TOO_BIG, NULL, 0);
    } else {
        rc = nbd_receive(session, data, size);
        if (!rc && option == NBD_OPT_EXPORT_NAME) {
            *done = 1;
            return export_name(session, data, size, err);
        }
        if (!rc)
            rc = take_option(session, option, data, size, done);
    }
    return rc ? ft_fail(err, -rc, NULL, "NBD client left in the handshake") : 0;
}

int
nbd_negotiate(struct nbd_session *session, struct ft_error *err)
{
    int done = 0;
    int rc = greet(session, err);

    for (int i = 0; !rc && !done && i < OPTIONS_MAX; i++)
        rc = next_option(session, &done, err);
    if (rc)
        return rc;
    if (!done)
        return ft_fail(err, EPROTO, NULL, "NBD client with too many options");
    return done == 2;
}
