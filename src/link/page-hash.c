/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/page-hash.h"

#include <assert.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes.h"

#define POOR_PART 8     /* less than this part of an answer is the same */
#define POOR_ENOUGH 16  /* such answers, and only ... */
#define POOR_ASK_EACH 8 /* ... one question in so many is asked */

_Static_assert(FT_PAGE_HASHES_MAX == 4096, "as ft-protocol(7) has it");

void
ft_ram_hash_encode(const struct ft_page_range *range,
                   unsigned char out[FT_RAM_HASH_SIZE])
{
    assert(range->block < FT_RAM_BLOCKS_MAX);
    assert(range->length && range->length <= FT_FRAME_DATA_MAX);
    ft_put_le16(out, (uint16_t)range->block);
    ft_put_le16(out + 2, 0);
    ft_put_le32(out + 4, (uint32_t)range->length);
    ft_put_le64(out + 8, range->offset);
}

int
ft_ram_hash_decode(const void *payload, size_t size, const uint64_t *sizes,
                   size_t n, struct ft_page_range *range, struct ft_error *err)
{
    const unsigned char *in = payload;

    if (size != FT_RAM_HASH_SIZE)
        return ft_fail(err, EPROTO, NULL, "ram-hash frame of %zu bytes", size);
    range->block = ft_get_le16(in);
    range->length = ft_get_le32(in + 4);
    range->offset = ft_get_le64(in + 8);
    if (ft_get_le16(in + 2))
        return ft_fail(err, EPROTO, NULL, "ram-hash frame with flags 0x%x",
                       ft_get_le16(in + 2));
    if (range->block >= n)
        return ft_fail(err, EPROTO, NULL,
                       "ram-hash frame for block %u, which is none",
                       range->block);
    if (!range->length || range->length > FT_FRAME_DATA_MAX ||
        range->length % FT_PAGE_SIZE || range->offset % FT_PAGE_SIZE)
        return ft_fail(err, EPROTO, NULL,
                       "ram-hash frame of %zu bytes at 0x%llx", range->length,
                       (unsigned long long)range->offset);
    if (range->offset > sizes[range->block] ||
        range->length > sizes[range->block] - range->offset)
        return ft_fail(err, EPROTO, NULL, "ram-hash frame outside block %u",
                       range->block);
    return 0;
}

size_t
ft_page_hashes_size(size_t length)
{
    return length / FT_PAGE_SIZE * FT_PAGE_HASH_SIZE;
}

size_t
ft_page_hashes(const void *data, size_t length,
               unsigned char out[FT_PAGE_HASHES_MAX])
{
    const unsigned char *page = data;
    size_t n = length / FT_PAGE_SIZE;
    XXH128_canonical_t hash;

    assert(n <= FT_HASHED_PAGES_MAX && length % FT_PAGE_SIZE == 0);
    for (size_t i = 0; i < n; i++) {
        XXH128_canonicalFromHash(&hash, XXH3_128bits(page + i * FT_PAGE_SIZE,
                                                     FT_PAGE_SIZE));
        memcpy(out + i * FT_PAGE_HASH_SIZE, hash.digest, FT_PAGE_HASH_SIZE);
    }
    return n * FT_PAGE_HASH_SIZE;
}

size_t
ft_page_hashes_differ(const unsigned char *ours, const unsigned char *theirs,
                      size_t length,
                      struct ft_page_span out[FT_HASHED_SPANS_MAX])
{
    size_t pages = length / FT_PAGE_SIZE, n = 0, i;

    assert(pages <= FT_HASHED_PAGES_MAX);
    for (i = 0; i < pages; i++) {
        uint64_t at = (uint64_t)i * FT_PAGE_SIZE;

        if (memcmp(ours + i * FT_PAGE_HASH_SIZE, theirs + i * FT_PAGE_HASH_SIZE,
                   FT_PAGE_HASH_SIZE) == 0)
            continue;
        if (n && out[n - 1].offset + out[n - 1].length == at)
            out[n - 1].length += FT_PAGE_SIZE;
        else
            out[n++] = (struct ft_page_span){ at, FT_PAGE_SIZE };
    }
    return n;
}

bool
ft_page_hash_is_of_use(struct ft_page_hash_use *use)
{
    if (use->poor < POOR_ENOUGH || ++use->skipped >= POOR_ASK_EACH) {
        use->skipped = 0;
        return true;
    }
    return false;
}

void
ft_page_hash_note_use(struct ft_page_hash_use *use, uint64_t same,
                      uint64_t bytes)
{
    if (same >= bytes / POOR_PART)
        use->poor = 0;
    else if (use->poor < POOR_ENOUGH)
        use->poor++;
}
