/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/wire.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "link/page-codec.h"

#define PAGES 2048u
#define BLOCK_SIZE ((uint64_t)PAGES * FT_PAGE_SIZE)

/* A receiver: decodes every frame into memory of its own. */
struct receiver {
    struct ft_page_decoder *decoder;
    unsigned char *memory;
    struct ft_page_counts counts;
    unsigned frames, zero_frames, packed_frames;
    size_t bytes;
    int fail_after; /* -1: never */
};

static int
take(void *opaque, unsigned block, uint64_t offset, uint64_t length,
     const void *data)
{
    struct receiver *receiver = opaque;

    assert_int_equal(block, 1);
    assert_true(offset + length <= BLOCK_SIZE);
    if (data)
        memcpy(receiver->memory + offset, data, length);
    else
        memset(receiver->memory + offset, 0, length);
    return 0;
}

static size_t
join_payload(const struct iovec *payload, size_t n, unsigned char *out)
{
    size_t size = 0;

    for (size_t i = 0; i < n; i++) {
        assert_true(size + payload[i].iov_len <= FT_FRAME_PAYLOAD_MAX);
        memcpy(out + size, payload[i].iov_base, payload[i].iov_len);
        size += payload[i].iov_len;
    }
    return size;
}

static int
receive(void *opaque, enum ft_frame_type type, const struct iovec *payload,
        size_t n)
{
    struct receiver *receiver = opaque;
    unsigned char *bytes = malloc(FT_FRAME_PAYLOAD_MAX);
    struct ft_error err = FT_ERROR_INIT;
    size_t size = join_payload(payload, n, bytes);
    struct ft_frame_header header = { (uint32_t)size, (uint16_t)type, 0, 0, 0 };

    if (receiver->fail_after >= 0 && receiver->fail_after-- == 0) {
        free(bytes);
        return -ECONNRESET;
    }
    assert_int_equal(ft_frame_check(&header, &err), 0);
    if (ft_pages_decode(receiver->decoder, type, bytes, size, take, receiver,
                        &receiver->counts, &err))
        fail_msg("%s", err.text);
    receiver->frames++;
    receiver->zero_frames += type == FT_FRAME_RAM_ZERO;
    receiver->packed_frames +=
        type == FT_FRAME_RAM && ft_get_le16(bytes + 2) == FT_PAGES_LZ4;
    receiver->bytes += size;
    free(bytes);
    return 0;
}

static void
open_receiver(struct receiver *receiver)
{
    static const uint64_t sizes[] = { 4096, BLOCK_SIZE };

    *receiver = (struct receiver){ .fail_after = -1 };
    receiver->decoder = ft_page_decoder_new(sizes, 2);
    receiver->memory = malloc(BLOCK_SIZE);
    memset(receiver->memory, 0xcc, BLOCK_SIZE);
}

static void
close_receiver(struct receiver *receiver)
{
    ft_page_decoder_free(receiver->decoder);
    free(receiver->memory);
}

static void
test_is_zero(void **state)
{
    unsigned char data[4096 + 64] = { 0 };

    (void)state;
    for (size_t shift = 0; shift < 64; shift += 13) {
        assert_true(ft_is_zero(data + shift, 4096));
        for (size_t at = 0; at < 4096; at++) {
            data[shift + at] = 1;
            assert_false(ft_is_zero(data + shift, 4096));
            data[shift + at] = 0;
        }
    }
    assert_true(ft_is_zero(data, 0));
}

/* Random runs of pages that are zero, random or dull: memory ends up equal. */
static void
round_trip(uint64_t seed, int compress)
{
    struct ft_page_encoder *encoder = ft_page_encoder_new(compress);
    unsigned char *data = malloc(BLOCK_SIZE), *expected = malloc(BLOCK_SIZE);
    struct ft_page_span runs[PAGES];
    struct ft_page_counts counts = { 0 };
    struct receiver receiver;
    uint64_t page = 0, used = 0;
    size_t n = 0;

    open_receiver(&receiver);
    memset(expected, 0xcc, BLOCK_SIZE);
    while (page < PAGES) {
        uint64_t gap = next_random(&seed) % 4;
        uint64_t length = 1 + next_random(&seed) % (seed & 1 ? 3 : 400);

        page += n ? gap : 0;
        if (page >= PAGES)
            break;
        length = FT_MIN(length, PAGES - page);
        runs[n++] =
            (struct ft_page_span){ page * FT_PAGE_SIZE, length * FT_PAGE_SIZE };
        for (uint64_t i = 0; i < length; i++, page++, used += FT_PAGE_SIZE) {
            uint64_t kind = next_random(&seed) % 3;

            if (kind == 0)
                memset(data + used, 0, FT_PAGE_SIZE);
            else if (kind == 1)
                fill_random(data + used, FT_PAGE_SIZE, seed);
            else
                memset(data + used, (int)(seed & 0xff) | 1, FT_PAGE_SIZE);
            memcpy(expected + page * FT_PAGE_SIZE, data + used, FT_PAGE_SIZE);
        }
    }
    assert_int_equal(ft_pages_encode(encoder, 1, runs, n, data, receive,
                                     &receiver, &counts),
                     0);
    assert_memory_equal(receiver.memory, expected, BLOCK_SIZE);
    assert_int_equal(counts.data + counts.zero, used / FT_PAGE_SIZE);
    assert_memory_equal(&counts, &receiver.counts, sizeof(counts));
    if (!compress)
        assert_int_equal(receiver.packed_frames, 0);
    close_receiver(&receiver);
    ft_page_encoder_free(encoder);
    free(data);
    free(expected);
}

static void
test_round_trips(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        round_trip(seed, 0);
        round_trip(seed, 1);
    }
}

static void
encode_all(const unsigned char *data, int compress, struct receiver *receiver)
{
    struct ft_page_encoder *encoder = ft_page_encoder_new(compress);
    struct ft_page_span run = { 0, BLOCK_SIZE };

    open_receiver(receiver);
    assert_int_equal(ft_pages_encode(encoder, 1, &run, 1, data, receive,
                                     receiver, NULL),
                     0);
    assert_memory_equal(receiver->memory, data, BLOCK_SIZE);
    ft_page_encoder_free(encoder);
}

static void
test_sizes(void **state)
{
    unsigned char *data = calloc(1, BLOCK_SIZE);
    struct receiver receiver;

    (void)state;
    /* All zero: one small frame. */
    encode_all(data, 1, &receiver);
    assert_int_equal(receiver.frames, 1);
    assert_int_equal(receiver.bytes, 24);
    close_receiver(&receiver);
    /* Random: full frames, never larger for being compressed. */
    fill_random(data, BLOCK_SIZE, 9);
    encode_all(data, 1, &receiver);
    assert_int_equal(receiver.frames, 8);
    assert_int_equal(receiver.packed_frames, 0);
    assert_int_equal(receiver.bytes, BLOCK_SIZE + 8 * 20);
    close_receiver(&receiver);
    /* Dull: far smaller, but only when asked. */
    for (uint64_t i = 0; i < BLOCK_SIZE; i++)
        data[i] = "the same again "[i % 15];
    encode_all(data, 1, &receiver);
    assert_int_equal(receiver.packed_frames, 8);
    assert_true(receiver.bytes < BLOCK_SIZE / 50);
    close_receiver(&receiver);
    encode_all(data, 0, &receiver);
    assert_int_equal(receiver.packed_frames, 0);
    close_receiver(&receiver);
    free(data);
}

static void
test_bad_runs(void **state)
{
    static const struct ft_page_span bad[][2] = {
        { { 1, 4096 }, { 8192, 4096 } },
        { { 0, 100 }, { 8192, 4096 } },
        { { 0, 0 }, { 8192, 4096 } },
        { { 0, 8192 }, { 4096, 4096 } },
        { { 8192, 4096 }, { 0, 4096 } },
        { { 0, 4096 }, { UINT64_C(1) << 63, 4096 } },
    };
    struct ft_page_encoder *encoder = ft_page_encoder_new(0);
    unsigned char *data = calloc(1, 16384);
    struct receiver receiver;

    (void)state;
    open_receiver(&receiver);
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++)
        assert_int_equal(ft_pages_encode(encoder, 1, bad[i], 2, data, receive,
                                         &receiver, NULL),
                         -EINVAL);
    assert_int_equal(ft_pages_encode(encoder, FT_RAM_BLOCKS_MAX, NULL, 0, data,
                                     receive, &receiver, NULL),
                     -EINVAL);
    assert_int_equal(receiver.frames, 0);
    close_receiver(&receiver);
    ft_page_encoder_free(encoder);
    free(data);
}

/* A sink that fails ends the encoding; the encoder works afterwards. */
static void
test_emit_fails(void **state)
{
    struct ft_page_encoder *encoder = ft_page_encoder_new(0);
    unsigned char *data = malloc(BLOCK_SIZE);
    struct ft_page_span run = { 0, BLOCK_SIZE };
    struct receiver receiver;

    (void)state;
    fill_random(data, BLOCK_SIZE, 1);
    open_receiver(&receiver);
    receiver.fail_after = 3;
    assert_int_equal(ft_pages_encode(encoder, 1, &run, 1, data, receive,
                                     &receiver, NULL),
                     -ECONNRESET);
    assert_int_equal(receiver.frames, 3);
    assert_int_equal(ft_pages_encode(encoder, 1, &run, 1, data, receive,
                                     &receiver, NULL),
                     0);
    assert_memory_equal(receiver.memory, data, BLOCK_SIZE);
    close_receiver(&receiver);
    ft_page_encoder_free(encoder);
    free(data);
}

static int
take_nothing(void *opaque, unsigned block, uint64_t offset, uint64_t length,
             const void *data)
{
    (void)block;
    (void)offset;
    (void)length;
    (void)data;
    ++*(unsigned *)opaque;
    return 0;
}

/* What the decoder says about these bytes; nothing may have been taken. */
static void
refused(unsigned type, const unsigned char *bytes, size_t size, const char *word)
{
    static const uint64_t sizes[] = { 4096, BLOCK_SIZE };
    struct ft_page_decoder *decoder = ft_page_decoder_new(sizes, 2);
    struct ft_error err = FT_ERROR_INIT;
    unsigned char *exact = malloc(size ? size : 1);
    unsigned taken = 0;

    /* On the heap, so that a sanitizer sees a read behind the end. */
    memcpy(exact, bytes, size);
    assert_int_equal(ft_pages_decode(decoder, type, exact, size, take_nothing,
                                     &taken, NULL, &err),
                     -EPROTO);
    if (!strstr(err.text, word))
        fail_msg("\"%s\" does not name %s", err.text, word);
    assert_int_equal(taken, 0);
    free(exact);
    ft_page_decoder_free(decoder);
}

/* A raw RAM frame for two pages of block 1, with changes. */
static size_t
two_pages(unsigned char *out)
{
    memset(out, 0, 32 + 2 * FT_PAGE_SIZE);
    ft_put_le16(out, 1);
    ft_put_le32(out + 4, 2);
    ft_put_le64(out + 8, 4096);
    ft_put_le32(out + 16, 4096);
    ft_put_le64(out + 20, 16384);
    ft_put_le32(out + 28, 4096);
    return 32 + 2 * FT_PAGE_SIZE;
}

static void
test_bad_frames(void **state)
{
    unsigned char *bytes = malloc(2 * FT_FRAME_DATA_MAX);
    size_t size = two_pages(bytes);

    (void)state;
    for (size_t cut = 0; cut < size; cut += cut < 40 ? 1 : 997)
        refused(FT_FRAME_RAM, bytes, cut, "");
    refused(FT_FRAME_RAM, bytes, size + 1, "data");
#define BAD(put, at, value, word)                 \
    do {                                          \
        size = two_pages(bytes);                  \
        put(bytes + (at), value);                 \
        refused(FT_FRAME_RAM, bytes, size, word); \
    } while (0)
    BAD(ft_put_le16, 0, 2, "block");
    BAD(ft_put_le16, 0, 0, "outside");
    BAD(ft_put_le16, 2, 2, "encoding");
    BAD(ft_put_le16, 2, FT_PAGES_LZ4, "packed");
    BAD(ft_put_le32, 4, 0, "runs");
    BAD(ft_put_le32, 4, FT_PAGE_RUNS_MAX + 1, "runs");
    BAD(ft_put_le32, 4, 0xffffffff, "runs");
    BAD(ft_put_le64, 8, 4097, "whole pages");
    BAD(ft_put_le64, 8, 20480, "order");
    BAD(ft_put_le64, 20, 4096, "order");
    BAD(ft_put_le64, 20, BLOCK_SIZE, "outside");
    BAD(ft_put_le64, 20, UINT64_MAX - 4095, "outside");
    BAD(ft_put_le32, 16, 0, "whole pages");
    BAD(ft_put_le32, 28, 8192, "data");
    BAD(ft_put_le32, 28, 0xfffff000, "outside");
    BAD(ft_put_le32, 28, 2 * FT_FRAME_DATA_MAX, "bytes of pages");
#undef BAD
    free(bytes);
}

static void
test_bad_zero_frames(void **state)
{
    unsigned char bytes[64] = { 0 };

    (void)state;
    ft_put_le16(bytes, 1);
    ft_put_le32(bytes + 4, 1);
    ft_put_le64(bytes + 16, BLOCK_SIZE + 4096);
    refused(FT_FRAME_RAM_ZERO, bytes, 24, "outside");
    ft_put_le64(bytes + 16, UINT64_MAX - 4095);
    refused(FT_FRAME_RAM_ZERO, bytes, 24, "outside");
    ft_put_le64(bytes + 16, 4096);
    refused(FT_FRAME_RAM_ZERO, bytes, 25, "data");
    refused(FT_FRAME_RAM_ZERO, bytes, 23, "short");
    ft_put_le16(bytes + 2, 1);
    refused(FT_FRAME_RAM_ZERO, bytes, 24, "encoding");
}

/* Packed data that says more or less than its runs. */
static void
test_bad_packed(void **state)
{
    static const uint64_t sizes[] = { 4096, BLOCK_SIZE };
    struct ft_page_decoder *decoder = ft_page_decoder_new(sizes, 2);
    struct ft_page_encoder *encoder = ft_page_encoder_new(1);
    unsigned char *data = malloc(65536), *frame = malloc(FT_FRAME_PAYLOAD_MAX);
    struct ft_page_span run = { 0, 65536 };
    struct ft_error err = FT_ERROR_INIT;
    unsigned taken = 0;

    (void)state;
    /* An LZ4 frame that is right, made by hand: one run of 16 pages. */
    memset(data, 'z', 65536);
    ft_put_le16(frame, 1);
    ft_put_le16(frame + 2, FT_PAGES_LZ4);
    ft_put_le32(frame + 4, 1);
    ft_put_le64(frame + 8, run.offset);
    ft_put_le32(frame + 16, (uint32_t)run.length);
    /* 1 literal, match of 65535-5 at distance 1, 5 literals: LZ4 by hand. */
    {
        unsigned char *at = frame + 20;
        int rest = 65530 - 4 - 15;

        *at++ = 0x1f;
        *at++ = 'z';
        ft_put_le16(at, 1);
        at += 2;
        for (; rest >= 255; rest -= 255)
            *at++ = 255;
        *at++ = (unsigned char)rest;
        *at++ = 0x50;
        memset(at, 'z', 5);
        at += 5;
        run.offset = (uint64_t)(at - frame);
    }
    assert_int_equal(ft_pages_decode(decoder, FT_FRAME_RAM, frame, run.offset,
                                     take_nothing, &taken, NULL, &err),
                     0);
    assert_int_equal(taken, 1);
    frame[20 + 4 + (65530 - 4 - 15) / 255]--; /* one byte less */
    refused(FT_FRAME_RAM, frame, run.offset, "packed");
    frame[20 + 4 + (65530 - 4 - 15) / 255] += 2;
    refused(FT_FRAME_RAM, frame, run.offset, "packed");
    ft_put_le32(frame + 16, 65536 + 4096);
    assert_int_equal(ft_pages_decode(decoder, FT_FRAME_RAM, frame, run.offset,
                                     take_nothing, &taken, NULL, &err),
                     -EPROTO);
    ft_page_decoder_free(decoder);
    ft_page_encoder_free(encoder);
    free(data);
    free(frame);
}

static void
test_bad_tables(void **state)
{
    static const uint64_t odd[] = { 4097 }, huge[] = { UINT64_MAX - 4095 };
    static const uint64_t many[FT_RAM_BLOCKS_MAX + 1] = { 0 };

    (void)state;
    assert_null(ft_page_decoder_new(odd, 1));
    assert_null(ft_page_decoder_new(huge, 1));
    assert_null(ft_page_decoder_new(many, FT_RAM_BLOCKS_MAX + 1));
    ft_page_decoder_free(NULL);
    ft_page_encoder_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_zero),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_bad_runs),
        cmocka_unit_test(test_emit_fails),
        cmocka_unit_test(test_bad_frames),
        cmocka_unit_test(test_bad_zero_frames),
        cmocka_unit_test(test_bad_packed),
        cmocka_unit_test(test_bad_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
