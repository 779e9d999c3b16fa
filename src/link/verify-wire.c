/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/verify-wire.h"

#include "base/bytes.h"
#include "link/page-codec.h"

size_t
ft_verify_unit(uint32_t kind)
{
    return kind == FT_VERIFY_MEMORY ? FT_PAGE_SIZE
           : kind == FT_VERIFY_DISK ? FT_VERIFY_DISK_UNIT
                                    : 0;
}

void
ft_verify_encode(const struct ft_verify_part *part,
                 unsigned char out[FT_VERIFY_HEADER_SIZE])
{
    ft_put_le32(out, part->kind);
    ft_put_le32(out + 4, part->index);
    ft_put_le64(out + 8, part->offset);
}

static int
check_end(const struct ft_verify_part *part, struct ft_error *err)
{
    if (part->n == 1 && !part->index && !part->offset)
        return 0;
    return ft_fail(err, EPROTO, NULL,
                   "the end of a comparison with %zu hashes, index %u, offset "
                   "%llu",
                   part->n, part->index, (unsigned long long)part->offset);
}

int
ft_verify_decode(const void *payload, size_t size, struct ft_verify_part *part,
                 struct ft_error *err)
{
    const unsigned char *in = payload;
    size_t bytes = size - FT_VERIFY_HEADER_SIZE;

    *part = (struct ft_verify_part){ 0 };
    if (size < FT_VERIFY_HEADER_SIZE + 8 || bytes % 8)
        return ft_fail(err, EPROTO, NULL, "verify frame of a wrong length");
    *part = (struct ft_verify_part){
        .kind = ft_get_le32(in),
        .index = ft_get_le32(in + 4),
        .offset = ft_get_le64(in + 8),
        .n = bytes / 8,
        .hashes = in + FT_VERIFY_HEADER_SIZE,
    };
    if (part->n > FT_VERIFY_HASHES_MAX)
        return ft_fail(err, EPROTO, NULL, "verify frame of %zu hashes", part->n);
    if (part->kind == FT_VERIFY_END)
        return check_end(part, err);
    if (part->kind > FT_VERIFY_END)
        return ft_fail(err, EPROTO, NULL, "verify frame of an unknown kind");
    if (part->offset % ft_verify_unit(part->kind))
        return ft_fail(err, EPROTO, NULL,
                       "verify frame of offset %llu, amid a unit",
                       (unsigned long long)part->offset);
    return 0;
}

bool
ft_verify_fits(const struct ft_verify_part *part, uint64_t area)
{
    uint64_t unit = ft_verify_unit(part->kind);
    uint64_t left = part->offset < area ? area - part->offset : 0;
    bool cut = part->kind == FT_VERIFY_DISK && left % unit != 0;

    /* as many units as begin there: no product of the peer's that could wrap */
    return unit && part->n <= left / unit + cut;
}
