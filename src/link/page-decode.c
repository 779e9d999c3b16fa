/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <lz4.h>

#include "base/bytes.h"
#include "link/page-codec.h"

#define HEADER_SIZE 8
#define DATA_RUN_SIZE 12
#define ZERO_RUN_SIZE 16

struct ft_page_decoder {
    size_t blocks;
    uint64_t sizes[FT_RAM_BLOCKS_MAX];
    unsigned char unpacked[FT_FRAME_DATA_MAX];
};

/* A payload whose header was checked. */
struct table {
    const char *name; /* of the frame, for messages */
    unsigned block;
    unsigned encoding;
    uint32_t runs;
    size_t run_size;         /* bytes of one run */
    const unsigned char *at; /* the first run */
    uint64_t total;          /* length of all runs, once checked */
};

struct ft_page_decoder *
ft_page_decoder_new(const uint64_t *sizes, size_t n)
{
    struct ft_page_decoder *decoder;

    if (n > FT_RAM_BLOCKS_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (sizes[i] % FT_PAGE_SIZE || sizes[i] > INT64_MAX)
            return NULL;
    decoder = malloc(sizeof(*decoder));
    if (!decoder)
        return NULL;
    decoder->blocks = n;
    memcpy(decoder->sizes, sizes, n * sizeof(*sizes));
    return decoder;
}

void
ft_page_decoder_free(struct ft_page_decoder *decoder)
{
    free(decoder);
}

static struct ft_page_span
get_run(const struct table *table, uint32_t i)
{
    const unsigned char *at = table->at + i * table->run_size;

    return (struct ft_page_span){
        .offset = ft_get_le64(at),
        .length = table->run_size == DATA_RUN_SIZE ? ft_get_le32(at + 8)
                                                   : ft_get_le64(at + 8),
    };
}

static int
check_header(const struct ft_page_decoder *decoder, const unsigned char *in,
             size_t size, struct table *table, struct ft_error *err)
{
    int zero = table->run_size == ZERO_RUN_SIZE;

    if (size < HEADER_SIZE + table->run_size)
        return ft_fail(err, EPROTO, NULL, "%s frame is cut short", table->name);
    table->block = ft_get_le16(in);
    table->encoding = ft_get_le16(in + 2);
    table->runs = ft_get_le32(in + 4);
    table->at = in + HEADER_SIZE;
    if (table->block >= decoder->blocks)
        return ft_fail(err, EPROTO, NULL, "%s frame for block %u, which is none",
                       table->name, table->block);
    if (table->encoding > (zero ? 0 : FT_PAGES_LZ4))
        return ft_fail(err, EPROTO, NULL, "%s frame with unknown encoding %u",
                       table->name, table->encoding);
    if (!table->runs || table->runs > FT_PAGE_RUNS_MAX ||
        table->runs > (size - HEADER_SIZE) / table->run_size)
        return ft_fail(err, EPROTO, NULL, "%s frame with %u runs", table->name,
                       table->runs);
    return 0;
}

/* Runs are whole pages, ascend and lie in the block; adds them up. */
static int
check_runs(const struct ft_page_decoder *decoder, struct table *table,
           struct ft_error *err)
{
    uint64_t size = decoder->sizes[table->block], end = 0;

    for (uint32_t i = 0; i < table->runs; i++) {
        struct ft_page_span run = get_run(table, i);

        if (run.offset % FT_PAGE_SIZE || run.length % FT_PAGE_SIZE ||
            !run.length)
            return ft_fail(err, EPROTO, NULL,
                           "%s frame with a run that is no whole pages",
                           table->name);
        if (run.offset < end)
            return ft_fail(err, EPROTO, NULL, "%s frame with runs out of order",
                           table->name);
        if (run.offset > size || run.length > size - run.offset)
            return ft_fail(err, EPROTO, NULL,
                           "%s frame with a run outside block %u", table->name,
                           table->block);
        end = run.offset + run.length;
        table->total += run.length;
    }
    return 0;
}

/* The data of a RAM frame, unpacked where necessary. */
static int
get_data(struct ft_page_decoder *decoder, const struct table *table,
         const unsigned char *in, size_t size, const unsigned char **data,
         struct ft_error *err)
{
    int n;

    if (table->total > FT_FRAME_DATA_MAX)
        return ft_fail(err, EPROTO, NULL, "ram frame of %llu bytes of pages",
                       (unsigned long long)table->total);
    if (table->encoding == FT_PAGES_RAW) {
        *data = in;
        if (size != table->total)
            return ft_fail(err, EPROTO, NULL,
                           "ram frame with %zu bytes of data for %llu", size,
                           (unsigned long long)table->total);
        return 0;
    }
    if (size > FT_FRAME_DATA_MAX)
        return ft_fail(err, EPROTO, NULL, "ram frame with too much packed data");
    n = LZ4_decompress_safe((const char *)in, (char *)decoder->unpacked,
                            (int)size, FT_FRAME_DATA_MAX);
    if (n < 0 || (uint64_t)n != table->total)
        return ft_fail(err, EPROTO, NULL, "ram frame with damaged packed data");
    *data = decoder->unpacked;
    return 0;
}

/* Hands the runs over; data is NULL for zeros. */
static int
take_runs(const struct table *table, const unsigned char *data,
          ft_page_take take, void *opaque)
{
    int rc = 0;

    for (uint32_t i = 0; !rc && i < table->runs; i++) {
        struct ft_page_span run = get_run(table, i);

        rc = take(opaque, table->block, run.offset, run.length, data);
        if (data)
            data += run.length;
    }
    return rc;
}

int
ft_pages_decode(struct ft_page_decoder *decoder, unsigned type,
                const void *payload, size_t size, ft_page_take take,
                void *opaque, struct ft_page_counts *counts,
                struct ft_error *err)
{
    int zero = type == FT_FRAME_RAM_ZERO;
    struct table table = {
        .name = ft_frame_name(type),
        .run_size = zero ? ZERO_RUN_SIZE : DATA_RUN_SIZE,
    };
    const unsigned char *in = payload, *data = NULL;
    size_t head;
    int rc = check_header(decoder, in, size, &table, err);

    if (!rc)
        rc = check_runs(decoder, &table, err);
    if (rc)
        return rc;
    head = HEADER_SIZE + table.runs * table.run_size;
    if (zero && size != head)
        return ft_fail(err, EPROTO, NULL, "ram-zero frame with data");
    if (!zero)
        rc = get_data(decoder, &table, in + head, size - head, &data, err);
    if (rc)
        return rc;
    if (counts && zero)
        counts->zero += table.total / FT_PAGE_SIZE;
    else if (counts)
        counts->data += table.total / FT_PAGE_SIZE;
    return take_runs(&table, data, take, opaque);
}
