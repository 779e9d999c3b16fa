/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/wire.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "link/frame.h"
#include "link/page-codec.h"
#include "link/payload.h"
#include "link/verify-wire.h"

static const struct ft_frame_header good = {
    .length = 48,
    .type = FT_FRAME_EPOCH_END,
    .flags = 0,
    .sequence = UINT64_C(0x1122334455667788),
    .epoch = 42,
};

static void
test_layout(void **state)
{
    static const unsigned char expected[FT_FRAME_HEADER_SIZE] = {
        'F',  'T',  'F',  '1',  48,   0,    0,    0,    11, 0, 0, 0, 0, 0, 0, 0,
        0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 42, 0, 0, 0, 0, 0, 0, 0,
    };
    unsigned char bytes[FT_FRAME_HEADER_SIZE];
    struct ft_frame_header back;

    (void)state;
    ft_frame_encode(&good, bytes);
    assert_memory_equal(bytes, expected, sizeof(expected));
    assert_int_equal(ft_frame_decode(bytes, good.sequence, &back, NULL), 0);
    assert_int_equal(back.length, good.length);
    assert_int_equal(back.type, good.type);
    assert_int_equal(back.epoch, good.epoch);
}

static void
refused(unsigned at, unsigned char value, const char *word)
{
    unsigned char bytes[FT_FRAME_HEADER_SIZE];
    struct ft_error err = FT_ERROR_INIT;
    struct ft_frame_header back;

    ft_frame_encode(&good, bytes);
    bytes[at] = value;
    assert_int_equal(ft_frame_decode(bytes, good.sequence, &back, &err),
                     -EPROTO);
    if (!strstr(err.text, word))
        fail_msg("\"%s\" does not name %s", err.text, word);
}

static void
test_every_field_is_checked(void **state)
{
    (void)state;
    refused(0, 'X', "magic");
    refused(4, 49, "length");
    refused(7, 0xff, "length");
    refused(8, 0, "type");
    refused(8, 200, "type");
    refused(9, 1, "type");
    refused(10, 1, "flags");
    refused(11, 0x80, "flags");
    refused(12, 1, "reserved");
    refused(15, 1, "reserved");
    refused(16, 0, "sequence");
    refused(23, 0, "sequence");
}

/*
 * Every bit makes a bad header, except those of the epoch, and of the type
 * where another one may have 48 bytes too (device state: TLS's business).
 */
static void
test_every_bit(void **state)
{
    unsigned char bytes[FT_FRAME_HEADER_SIZE];
    struct ft_frame_header back;

    (void)state;
    for (unsigned bit = 0; bit < 8 * FT_FRAME_HEADER_SIZE; bit++) {
        ft_frame_encode(&good, bytes);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (bit / 8 == 8)
            continue;
        assert_int_equal(ft_frame_decode(bytes, good.sequence, &back, NULL),
                         bit < 8 * 24 ? -EPROTO : 0);
    }
}

static void
test_limits_and_names(void **state)
{
    struct ft_frame_header header = { 0 };

    (void)state;
#define CHECK(NAME, number, text, least, most, allowed)       \
    header.type = FT_FRAME_##NAME;                            \
    header.flags = (allowed);                                 \
    assert_string_equal(ft_frame_name(number), text);         \
    header.length = (most);                                   \
    assert_int_equal(ft_frame_check(&header, NULL), 0);       \
    header.length = (most) + 1;                               \
    assert_int_equal(ft_frame_check(&header, NULL), -EPROTO); \
    header.length = (least);                                  \
    assert_int_equal(ft_frame_check(&header, NULL), 0);       \
    assert_true((most) <= FT_FRAME_PAYLOAD_MAX);
    FT_FRAME_TYPES(CHECK)
#undef CHECK
    assert_string_equal(ft_frame_name(0), "unknown");
    assert_string_equal(ft_frame_name(65535), "unknown");
}

static void
test_disk_payloads(void **state)
{
    static const uint64_t sizes[] = { 1 << 20, 8192 };
    unsigned char bytes[FT_DISK_WRITE_HEADER_SIZE + 4096] = { 0 };
    struct ft_disk_change change = { 1, 0, 4096, 4096, NULL }, back;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_disk_write_encode(&change, bytes);
    assert_int_equal(ft_disk_decode(FT_FRAME_DISK_WRITE, bytes, sizeof(bytes),
                                    sizes, 2, &back, &err),
                     0);
    assert_int_equal(back.disk, 1);
    assert_int_equal(back.offset, 4096);
    assert_int_equal(back.length, 4096);
    assert_ptr_equal(back.data, bytes + FT_DISK_WRITE_HEADER_SIZE);
    /* Cut short anywhere, another disk, one byte too far. */
    for (size_t size = 0; size < sizeof(bytes); size++)
        assert_int_equal(ft_disk_decode(FT_FRAME_DISK_WRITE, bytes, size, sizes,
                                        2, &back, &err),
                         -EPROTO);
    assert_int_equal(ft_disk_decode(FT_FRAME_DISK_WRITE, bytes, sizeof(bytes),
                                    sizes, 1, &back, &err),
                     -EPROTO);
    bytes[8] = 1;
    assert_int_equal(ft_disk_decode(FT_FRAME_DISK_WRITE, bytes, sizeof(bytes),
                                    sizes, 2, &back, &err),
                     -EPROTO);
    assert_non_null(strstr(err.text, "outside"));

    change = (struct ft_disk_change){ 0, 1, 512, (1 << 20) - 512, NULL };
    ft_disk_zero_encode(&change, bytes);
    assert_int_equal(ft_disk_decode(FT_FRAME_DISK_ZERO, bytes,
                                    FT_DISK_ZERO_SIZE, sizes, 2, &back, &err),
                     0);
    assert_int_equal(back.trim, 1);
    assert_null(back.data);
    memset(bytes + 16, 0xff, 8);
    assert_int_equal(ft_disk_decode(FT_FRAME_DISK_ZERO, bytes,
                                    FT_DISK_ZERO_SIZE, sizes, 2, &back, &err),
                     -EPROTO);
}

static int
ask_disk(const struct ft_disk_change *what, unsigned char byte, size_t at)
{
    static const uint64_t sizes[] = { UINT64_MAX / 2, 8192 };
    unsigned char bytes[FT_DISK_WRITE_HEADER_SIZE];
    struct ft_error err = FT_ERROR_INIT;
    struct ft_disk_change back;
    int rc;

    ft_disk_write_encode(what, bytes);
    if (at < sizeof(bytes))
        bytes[at] = byte;
    rc = ft_disk_asked_decode(bytes, sizeof(bytes), sizes, 2, &back, &err);
    assert_int_equal(err.code, -rc);
    assert_int_equal(ft_disk_asked_decode(bytes, sizeof(bytes) - 1, sizes, 2,
                                          &back, &err),
                     -EPROTO);
    return rc;
}

static void
test_questions_about_disks(void **state)
{
    struct ft_disk_change all = { 1, 0, 0, 8192, NULL };
    struct ft_disk_change most = { 0, 0, 512, FT_FRAME_DATA_MAX, NULL };
    struct ft_disk_change behind = { 1, 0, 1, 8192, NULL };
    struct ft_disk_change far = { 0, 0, UINT64_MAX, 512, NULL };

    (void)state;
    assert_int_equal(ask_disk(&all, 0, SIZE_MAX), 0);
    assert_int_equal(ask_disk(&most, 0, SIZE_MAX), 0);
    assert_int_equal(ask_disk(&behind, 0, SIZE_MAX), -EPROTO);
    assert_int_equal(ask_disk(&far, 0, SIZE_MAX), -EPROTO);
    assert_int_equal(ask_disk(&all, 2, 0), -EPROTO);     /* another disk */
    assert_int_equal(ask_disk(&all, 1, 2), -EPROTO);     /* flags */
    assert_int_equal(ask_disk(&all, 0, 5), -EPROTO);     /* no bytes */
    assert_int_equal(ask_disk(&most, 0x20, 6), -EPROTO); /* too many */
}

static void
test_control_words(void **state)
{
    struct ft_control_word word = { 3, FT_CONTROL_WORD_MAX }, back;
    unsigned char bytes[FT_CONTROL_WORD_SIZE + 1] = { 0 };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_control_word_encode(&word, bytes);
    assert_int_equal(ft_control_word_decode(bytes, FT_CONTROL_WORD_SIZE, &back,
                                            &err),
                     0);
    assert_int_equal(back.message, word.message);
    assert_true(back.number == word.number);
    for (size_t size = 0; size <= sizeof(bytes); size++)
        assert_int_equal(ft_control_word_decode(bytes, size, &back, &err),
                         size == FT_CONTROL_WORD_SIZE ? 0 : -EPROTO);
    bytes[4] = 1;
    assert_int_equal(ft_control_word_decode(bytes, FT_CONTROL_WORD_SIZE, &back,
                                            &err),
                     -EPROTO);
    /* a generation of 2^64 - 1, kept, would be -1 in a file, and 0 as the next one */
    word.number = UINT64_MAX;
    ft_control_word_encode(&word, bytes);
    assert_int_equal(ft_control_word_decode(bytes, FT_CONTROL_WORD_SIZE, &back,
                                            &err),
                     -EPROTO);
    assert_non_null(strstr(err.text, "18446744073709551615"));
}

/* Every number of a frame that speaks of an area of so many bytes. */
static void
test_parts_of_a_comparison(void **state)
{
    const uint64_t area = 3 * FT_VERIFY_DISK_UNIT + 512;
    unsigned char bytes[FT_VERIFY_HEADER_SIZE + 3 * 8] = { 0 };
    struct ft_verify_part part = { .kind = FT_VERIFY_DISK, .index = 7 }, back;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    for (unsigned at = 0; at < 6; at++) {
        part.offset = (uint64_t)at * FT_VERIFY_DISK_UNIT;
        ft_verify_encode(&part, bytes);
        assert_int_equal(ft_verify_decode(bytes, sizeof(bytes), &back, &err), 0);
        assert_true(back.index == 7 && back.offset == part.offset);
        assert_true(back.n == 3 && back.hashes == bytes + FT_VERIFY_HEADER_SIZE);
        assert_int_equal(ft_verify_fits(&back, area), at <= 1);
    }
    /* of memory there is no piece of a page */
    part = (struct ft_verify_part){ .kind = FT_VERIFY_MEMORY, .n = 3 };
    assert_true(ft_verify_fits(&part, 3 * FT_PAGE_SIZE));
    assert_false(ft_verify_fits(&part, 3 * FT_PAGE_SIZE - 1));
    part.offset = UINT64_MAX - FT_PAGE_SIZE + 1;
    assert_false(ft_verify_fits(&part, UINT64_MAX));
    part = (struct ft_verify_part){ .kind = FT_VERIFY_END, .n = 1 };
    assert_false(ft_verify_fits(&part, area));
    assert_int_equal(ft_verify_unit(FT_VERIFY_END), 0);
}

/* The digest does not depend on the order, and on nothing but the contents. */
static void
test_epoch_summary(void **state)
{
    struct ft_epoch_summary a = { 0 }, b = { 0 }, c = { 0 }, part = { 0 };
    struct iovec whole = { (void *)"some pages", 10 };
    struct iovec pieces[] = { { (void *)"some", 4 }, { (void *)" pages", 6 } };
    struct iovec other = { (void *)"other", 5 };
    unsigned char bytes[FT_EPOCH_END_SIZE];
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_epoch_summary_add(&a, FT_FRAME_RAM, &whole, 1);
    ft_epoch_summary_add(&a, FT_FRAME_DISK_WRITE, &other, 1);
    ft_epoch_summary_add(&b, FT_FRAME_DISK_WRITE, &other, 1);
    ft_epoch_summary_add(&part, FT_FRAME_RAM, pieces, 2);
    ft_epoch_summary_merge(&b, &part);
    assert_int_equal(ft_epoch_summary_compare(&a, &b, &err), 0);
    assert_int_equal(a.frames, 2);
    assert_int_equal(a.disk_frames, 1);
    assert_int_equal(a.bytes, 15);
    ft_epoch_summary_add(&c, FT_FRAME_DISK_WRITE, &whole, 1);
    ft_epoch_summary_add(&c, FT_FRAME_RAM, &other, 1);
    assert_int_equal(ft_epoch_summary_compare(&a, &c, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "digest"));
    a.ram_pages = 7;
    a.zero_pages = 8;
    ft_epoch_end_encode(&a, bytes);
    assert_int_equal(ft_epoch_end_decode(bytes, sizeof(bytes), &c, &err), 0);
    assert_memory_equal(&a, &c, sizeof(a));
    assert_int_equal(ft_epoch_end_decode(bytes, sizeof(bytes) - 1, &c, &err),
                     -EPROTO);
}

/* The table of the manual page is the one that is compiled in. */
static void
test_manual_page(void **state)
{
    const char *source = getenv("srcdir");
    FT_AUTOFREE char *text = NULL;
    char path[512], row[128];
    unsigned rows = 0;

    (void)state;
    snprintf(path, sizeof(path), "%s/man/ft-protocol.7", source ? source : ".");
    assert_int_equal(ft_file_read(path, 1 << 20, &text, NULL), 0);
#define CHECK(NAME, number, name, least, most, allowed)                      \
    snprintf(row, sizeof(row), "\n.It %s Ta %d Ta %u Ta %u\n", name, number, \
             (unsigned)(least), (unsigned)(most));                           \
    if (!strstr(text, row))                                                  \
        fail_msg("no row \"%s\"", row + 1);                                  \
    rows++;
    FT_FRAME_TYPES(CHECK)
#undef CHECK
    assert_true(rows >= 18);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_every_field_is_checked),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_limits_and_names),
        cmocka_unit_test(test_disk_payloads),
        cmocka_unit_test(test_questions_about_disks),
        cmocka_unit_test(test_control_words),
        cmocka_unit_test(test_parts_of_a_comparison),
        cmocka_unit_test(test_epoch_summary),
        cmocka_unit_test(test_manual_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
