/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payloads of RAM and RAM_ZERO frames (ft-protocol(7)). Pure but for the
 * scratch memory of its two objects; each object belongs to one thread.
 *
 * RAM       u16 block, u16 encoding (0 raw, 1 LZ4 block), u32 count of runs,
 *           runs {u64 offset, u32 length}, data of all runs one after another
 * RAM_ZERO  u16 block, u16 0, u32 count of runs, runs {u64 offset, u64 length}
 *
 * Little endian; offset and length in bytes, both multiples of 4096. Runs of a
 * frame ascend and do not overlap, which bounds the work of one frame by the
 * size of its block. A RAM frame decodes to at most FT_FRAME_DATA_MAX bytes.
 * LZ4: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
#ifndef FT_LINK_PAGE_CODEC_H
#define FT_LINK_PAGE_CODEC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/error.h"
#include "link/frame.h"

#define FT_PAGE_SIZE 4096u
#define FT_RAM_BLOCKS_MAX 128

/* Runs in one frame. */
#define FT_PAGE_RUNS_MAX 2048

enum ft_page_encoding { FT_PAGES_RAW = 0, FT_PAGES_LZ4 = 1 };

struct ft_page_span {
    uint64_t offset; /* in the block */
    uint64_t length;
};

/* Pages of 4096 bytes that a call has seen. */
struct ft_page_counts {
    uint64_t data;
    uint64_t zero;
};

/* Whether size bytes (a multiple of 64, 64-byte aligned or not) are all 0. */
int ft_is_zero(const void *data, size_t size);

struct ft_page_encoder;

/*
 * Takes one frame whose payload is in n pieces, which stay valid during the
 * call only. 0 goes on; anything else ends ft_pages_encode, which returns it.
 */
typedef int (*ft_page_emit)(void *opaque, enum ft_frame_type type,
                            const struct iovec *payload, size_t n);

/* compress: try LZ4 and use it where it saves an eighth. NULL: no memory. */
struct ft_page_encoder *ft_page_encoder_new(int compress);
void ft_page_encoder_set_compress(struct ft_page_encoder *encoder, int compress);
void ft_page_encoder_free(struct ft_page_encoder *encoder);

/*
 * Encodes pages of one block: n ascending runs whose contents stand one after
 * another in data. Zero pages are taken out into RAM_ZERO frames. counts may
 * be NULL; it is added to. -EINVAL for runs that are not as described.
 */
int ft_pages_encode(struct ft_page_encoder *encoder, unsigned block,
                    const struct ft_page_span *runs, size_t n, const void *data,
                    ft_page_emit emit, void *opaque,
                    struct ft_page_counts *counts);

struct ft_page_decoder;

/*
 * Takes pages: length bytes at offset in block; data is NULL for zeros and
 * otherwise valid during the call only. Non-zero ends ft_pages_decode, which
 * returns it.
 */
typedef int (*ft_page_take)(void *opaque, unsigned block, uint64_t offset,
                            uint64_t length, const void *data);

/*
 * For blocks of these sizes in bytes (copied), at most FT_RAM_BLOCKS_MAX. NULL:
 * no memory, or a bad table.
 */
struct ft_page_decoder *ft_page_decoder_new(const uint64_t *sizes, size_t n);
void ft_page_decoder_free(struct ft_page_decoder *decoder);

/*
 * Decodes the payload of a RAM or RAM_ZERO frame. Everything is checked before
 * take is called for the first time. 0, -EPROTO with a text that names the
 * field, or what take returned.
 */
int ft_pages_decode(struct ft_page_decoder *decoder, unsigned type,
                    const void *payload, size_t size, ft_page_take take,
                    void *opaque, struct ft_page_counts *counts,
                    struct ft_error *err);

#endif
