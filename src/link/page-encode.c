/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <lz4.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "link/page-codec.h"

#define HEADER_SIZE 8
#define DATA_RUN_SIZE 12
#define ZERO_RUN_SIZE 16

/* Pieces of data that stand apart in the caller's memory, for one frame. */
#define PIECES_MAX 512

struct ft_page_encoder {
    int compress;

    /* The frames being filled. */
    unsigned block;
    size_t runs; /* in data_table */
    size_t pieces;
    size_t bytes;                      /* in all pieces */
    struct iovec data[1 + PIECES_MAX]; /* [0] is the header and table */
    uint64_t run_end;                  /* where the last data run ends */
    size_t zero_runs;
    uint64_t zero_end;

    ft_page_emit emit;
    void *opaque;
    struct ft_page_counts counts;

    unsigned char data_table[HEADER_SIZE + FT_PAGE_RUNS_MAX * DATA_RUN_SIZE];
    unsigned char zero_table[HEADER_SIZE + FT_PAGE_RUNS_MAX * ZERO_RUN_SIZE];
    unsigned char joined[FT_FRAME_DATA_MAX];
    unsigned char packed[FT_FRAME_DATA_MAX];
};

/*
 * The OR of 64 bytes a step lets the compiler use its widest registers; most
 * pages that are not zero differ in the first step.
 */
int
ft_is_zero(const void *data, size_t size)
{
    const unsigned char *at = data;

    assert(size % 64 == 0);
    for (; size; at += 64, size -= 64) {
        uint64_t words[8], any = 0;

        memcpy(words, at, sizeof(words));
        for (int i = 0; i < 8; i++)
            any |= words[i];
        if (any)
            return 0;
    }
    return 1;
}

struct ft_page_encoder *
ft_page_encoder_new(int compress)
{
    struct ft_page_encoder *encoder = malloc(sizeof(*encoder));

    if (!encoder)
        return NULL;
    memset(encoder, 0, offsetof(struct ft_page_encoder, data_table));
    encoder->compress = compress;
    return encoder;
}

void
ft_page_encoder_set_compress(struct ft_page_encoder *encoder, int compress)
{
    encoder->compress = compress;
}

void
ft_page_encoder_free(struct ft_page_encoder *encoder)
{
    free(encoder);
}

static void
put_header(unsigned char *table, unsigned block, enum ft_page_encoding encoding,
           size_t runs)
{
    ft_put_le16(table, (uint16_t)block);
    ft_put_le16(table + 2, (uint16_t)encoding);
    ft_put_le32(table + 4, (uint32_t)runs);
}

/* Packs the data into encoder->packed: its size, or 0 when it is not worth it. */
static size_t
pack(struct ft_page_encoder *encoder)
{
    const char *from = encoder->data[1].iov_base;
    size_t limit = encoder->bytes - encoder->bytes / 8;
    int packed;

    if (!encoder->compress)
        return 0;
    if (encoder->pieces > 1) {
        unsigned char *to = encoder->joined;

        for (size_t i = 1; i <= encoder->pieces; i++) {
            memcpy(to, encoder->data[i].iov_base, encoder->data[i].iov_len);
            to += encoder->data[i].iov_len;
        }
        from = (const char *)encoder->joined;
    }
    packed = LZ4_compress_default(from, (char *)encoder->packed,
                                  (int)encoder->bytes, (int)limit);
    return packed > 0 ? (size_t)packed : 0;
}

static int
flush_data(struct ft_page_encoder *encoder)
{
    struct iovec packed[2];
    const struct iovec *payload = encoder->data;
    size_t n = 1 + encoder->pieces, size;
    enum ft_page_encoding encoding = FT_PAGES_RAW;

    if (!encoder->runs)
        return 0;
    encoder->data[0].iov_base = encoder->data_table;
    encoder->data[0].iov_len = HEADER_SIZE + encoder->runs * DATA_RUN_SIZE;
    size = pack(encoder);
    if (size) {
        packed[0] = encoder->data[0];
        packed[1] = (struct iovec){ encoder->packed, size };
        payload = packed;
        n = 2;
        encoding = FT_PAGES_LZ4;
    }
    put_header(encoder->data_table, encoder->block, encoding, encoder->runs);
    encoder->runs = encoder->pieces = encoder->bytes = 0;
    return encoder->emit(encoder->opaque, FT_FRAME_RAM, payload, n);
}

static int
flush_zero(struct ft_page_encoder *encoder)
{
    struct iovec payload = {
        encoder->zero_table,
        HEADER_SIZE + encoder->zero_runs * ZERO_RUN_SIZE,
    };

    if (!encoder->zero_runs)
        return 0;
    put_header(encoder->zero_table, encoder->block, 0, encoder->zero_runs);
    encoder->zero_runs = 0;
    return encoder->emit(encoder->opaque, FT_FRAME_RAM_ZERO, &payload, 1);
}

/* Adds length zero bytes at offset. */
static int
add_zero(struct ft_page_encoder *encoder, uint64_t offset, uint64_t length)
{
    unsigned char *last;
    int rc = 0;

    encoder->counts.zero += length / FT_PAGE_SIZE;
    if (encoder->zero_runs && encoder->zero_end == offset) {
        last = encoder->zero_table + HEADER_SIZE +
               (encoder->zero_runs - 1) * ZERO_RUN_SIZE;
        ft_put_le64(last + 8, ft_get_le64(last + 8) + length);
        encoder->zero_end += length;
        return 0;
    }
    if (encoder->zero_runs == FT_PAGE_RUNS_MAX)
        rc = flush_zero(encoder);
    last =
        encoder->zero_table + HEADER_SIZE + encoder->zero_runs * ZERO_RUN_SIZE;
    ft_put_le64(last, offset);
    ft_put_le64(last + 8, length);
    encoder->zero_runs++;
    encoder->zero_end = offset + length;
    return rc;
}

/* Adds length bytes of data that fit into the frame being filled. */
static void
append_data(struct ft_page_encoder *encoder, uint64_t offset,
            const unsigned char *data, size_t length)
{
    struct iovec *piece = &encoder->data[encoder->pieces];
    unsigned char *run =
        encoder->data_table + HEADER_SIZE + encoder->runs * DATA_RUN_SIZE;

    if (encoder->runs && encoder->run_end == offset) {
        run -= DATA_RUN_SIZE;
        ft_put_le32(run + 8, ft_get_le32(run + 8) + (uint32_t)length);
    } else {
        ft_put_le64(run, offset);
        ft_put_le32(run + 8, (uint32_t)length);
        encoder->runs++;
    }
    if (encoder->pieces &&
        (unsigned char *)piece->iov_base + piece->iov_len == data) {
        piece->iov_len += length;
    } else {
        piece[1] = (struct iovec){ (void *)data, length };
        encoder->pieces++;
    }
    encoder->bytes += length;
    encoder->run_end = offset + length;
    encoder->counts.data += length / FT_PAGE_SIZE;
}

static int
add_data(struct ft_page_encoder *encoder, uint64_t offset,
         const unsigned char *data, size_t length)
{
    while (length) {
        size_t part;

        if (encoder->bytes == FT_FRAME_DATA_MAX ||
            encoder->pieces == PIECES_MAX || encoder->runs == FT_PAGE_RUNS_MAX) {
            int rc = flush_data(encoder);

            if (rc)
                return rc;
        }
        part = FT_MIN(length, FT_FRAME_DATA_MAX - encoder->bytes);
        append_data(encoder, offset, data, part);
        offset += part;
        data += part;
        length -= part;
    }
    return 0;
}

/* Bytes from data on, of at most size, that are alike in being zero or not. */
static size_t
span(const unsigned char *data, size_t size, int *zero)
{
    size_t length = FT_PAGE_SIZE;

    *zero = ft_is_zero(data, FT_PAGE_SIZE);
    while (length < size && ft_is_zero(data + length, FT_PAGE_SIZE) == *zero)
        length += FT_PAGE_SIZE;
    return length;
}

static int
encode_run(struct ft_page_encoder *encoder, const struct ft_page_span *run,
           const unsigned char *data)
{
    uint64_t done = 0;
    int rc = 0;

    while (!rc && done < run->length) {
        int zero;
        /* At most one frame at a time, so that data is still in the cache. */
        size_t length =
            span(data + done, FT_MIN(run->length - done, FT_FRAME_DATA_MAX),
                 &zero);

        rc = zero ? add_zero(encoder, run->offset + done, length)
                  : add_data(encoder, run->offset + done, data + done, length);
        done += length;
    }
    return rc;
}

static int
check_runs(const struct ft_page_span *runs, size_t n)
{
    uint64_t end = 0;

    for (size_t i = 0; i < n; i++) {
        if (runs[i].offset % FT_PAGE_SIZE || runs[i].length % FT_PAGE_SIZE ||
            !runs[i].length || runs[i].offset < end ||
            runs[i].offset > INT64_MAX ||
            runs[i].length > INT64_MAX - runs[i].offset)
            return -EINVAL;
        end = runs[i].offset + runs[i].length;
    }
    return 0;
}

int
ft_pages_encode(struct ft_page_encoder *encoder, unsigned block,
                const struct ft_page_span *runs, size_t n, const void *data,
                ft_page_emit emit, void *opaque, struct ft_page_counts *counts)
{
    const unsigned char *at = data;
    int rc = block < FT_RAM_BLOCKS_MAX ? check_runs(runs, n) : -EINVAL;

    if (rc)
        return rc;
    encoder->block = block;
    encoder->emit = emit;
    encoder->opaque = opaque;
    encoder->runs = encoder->pieces = encoder->bytes = encoder->zero_runs = 0;
    encoder->counts = (struct ft_page_counts){ 0 };
    for (size_t i = 0; !rc && i < n; i++) {
        rc = encode_run(encoder, &runs[i], at);
        at += runs[i].length;
    }
    if (!rc)
        rc = flush_data(encoder);
    if (!rc)
        rc = flush_zero(encoder);
    if (counts) {
        counts->data += encoder->counts.data;
        counts->zero += encoder->counts.zero;
    }
    return rc;
}
