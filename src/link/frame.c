/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/frame.h"

#include <assert.h>

#include "base/bytes.h"
#include "base/cleanup.h"

struct rule {
    const char *name;
    uint32_t least, most;
    uint16_t flags;
};

#define RULE(NAME, number, text, low, high, allowed) \
    [number] = { text, low, high, allowed },
static const struct rule rules[] = { FT_FRAME_TYPES(RULE) };
#undef RULE

static const struct rule *
find_rule(unsigned type)
{
    if (type >= FT_ARRAY_SIZE(rules) || !rules[type].name)
        return NULL;
    return &rules[type];
}

const char *
ft_frame_name(unsigned type)
{
    const struct rule *rule = find_rule(type);

    return rule ? rule->name : "unknown";
}

int
ft_frame_check(const struct ft_frame_header *header, struct ft_error *err)
{
    const struct rule *rule = find_rule(header->type);

    if (!rule)
        return ft_fail(err, EPROTO, NULL, "frame of unknown type %u",
                       header->type);
    if (header->flags & ~rule->flags)
        return ft_fail(err, EPROTO, NULL, "%s frame with unknown flags 0x%x",
                       rule->name, header->flags);
    if (header->length < rule->least || header->length > rule->most)
        return ft_fail(err, EPROTO, NULL,
                       "%s frame with a length of %u bytes, not %u to %u",
                       rule->name, header->length, rule->least, rule->most);
    return 0;
}

void
ft_frame_encode(const struct ft_frame_header *header,
                unsigned char out[FT_FRAME_HEADER_SIZE])
{
    assert(ft_frame_check(header, NULL) == 0);
    ft_put_le32(out, FT_FRAME_MAGIC);
    ft_put_le32(out + 4, header->length);
    ft_put_le16(out + 8, header->type);
    ft_put_le16(out + 10, header->flags);
    ft_put_le32(out + 12, 0);
    ft_put_le64(out + 16, header->sequence);
    ft_put_le64(out + 24, header->epoch);
}

int
ft_frame_decode(const unsigned char in[FT_FRAME_HEADER_SIZE], uint64_t sequence,
                struct ft_frame_header *header, struct ft_error *err)
{
    header->length = ft_get_le32(in + 4);
    header->type = ft_get_le16(in + 8);
    header->flags = ft_get_le16(in + 10);
    header->sequence = ft_get_le64(in + 16);
    header->epoch = ft_get_le64(in + 24);
    if (ft_get_le32(in) != FT_FRAME_MAGIC)
        return ft_fail(err, EPROTO, NULL, "frame with wrong magic 0x%08x",
                       ft_get_le32(in));
    if (ft_get_le32(in + 12))
        return ft_fail(err, EPROTO, NULL,
                       "frame with 0x%x in its reserved field",
                       ft_get_le32(in + 12));
    if (header->sequence != sequence)
        return ft_fail(err, EPROTO, NULL,
                       "frame with sequence %llu where %llu was due",
                       (unsigned long long)header->sequence,
                       (unsigned long long)sequence);
    return ft_frame_check(header, err);
}
