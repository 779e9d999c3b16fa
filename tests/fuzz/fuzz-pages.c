/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RAM (first byte even) and RAM_ZERO payloads, and what is asked as RAM_HASH. */
#include "config.h"

#include "fuzz.h"

#include "link/page-codec.h"
#include "link/page-hash.h"

static const uint64_t blocks[] = { 1 << 20, 8192, UINT64_C(1) << 40 };

struct seen {
    uint64_t end, pages;
    unsigned sum;
};

static int
take(void *opaque, unsigned block, uint64_t offset, uint64_t length,
     const void *data)
{
    struct seen *seen = opaque;
    const unsigned char *bytes = data;

    FUZZ_CHECK(block < 3 && length > 0 && length <= blocks[block] &&
               offset <= blocks[block] - length);
    FUZZ_CHECK(offset % FT_PAGE_SIZE == 0 && length % FT_PAGE_SIZE == 0);
    FUZZ_CHECK(offset >= seen->end);
    seen->end = offset + length;
    seen->pages += length / FT_PAGE_SIZE;
    /* Touches every byte, for the sanitizer. */
    for (uint64_t i = 0; bytes && i < length; i++)
        seen->sum += bytes[i];
    return 0;
}

static void
ask(const uint8_t *data, size_t size)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_page_range range;

    if (ft_ram_hash_decode(data, size, blocks, 3, &range, &err)) {
        FUZZ_CHECK(err.code == EPROTO && err.text[0]);
        return;
    }
    FUZZ_CHECK(range.block < 3 && range.length > 0 &&
               range.length <= FT_FRAME_DATA_MAX &&
               range.length <= blocks[range.block] &&
               range.offset <= blocks[range.block] - range.length);
    FUZZ_CHECK(ft_page_hashes_size(range.length) <= FT_PAGE_HASHES_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ft_page_decoder *decoder;
    struct ft_page_counts counts = { 0 };
    struct ft_error err = FT_ERROR_INIT;
    struct seen seen = { 0 };
    unsigned type;

    if (!decoder)
        decoder = ft_page_decoder_new(blocks, 3);
    if (!decoder || !size)
        return 0;
    ask(data + 1, size - 1);
    type = data[0] & 1 ? FT_FRAME_RAM_ZERO : FT_FRAME_RAM;
    if (ft_pages_decode(decoder, type, data + 1, size - 1, take, &seen, &counts,
                        &err))
        FUZZ_CHECK(err.code == EPROTO && err.text[0] && !seen.pages);
    FUZZ_CHECK(counts.data + counts.zero == seen.pages);
    FUZZ_CHECK(counts.data <= FT_FRAME_DATA_MAX / FT_PAGE_SIZE);
    return 0;
}
