/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers in byte strings, and time as people and events have it.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include "base/bytes.h"
#include "base/clock.h"

static void
test_order(void **state)
{
    unsigned char b[8];

    (void)state;
    ft_put_le16(b, 0x1234);
    assert_memory_equal(b, "\x34\x12", 2);
    ft_put_be16(b, 0x1234);
    assert_memory_equal(b, "\x12\x34", 2);
    ft_put_le32(b, 0x12345678);
    assert_memory_equal(b, "\x78\x56\x34\x12", 4);
    ft_put_be32(b, 0x12345678);
    assert_memory_equal(b, "\x12\x34\x56\x78", 4);
    ft_put_le64(b, UINT64_C(0x123456789abcdef0));
    assert_memory_equal(b, "\xf0\xde\xbc\x9a\x78\x56\x34\x12", 8);
    ft_put_be64(b, UINT64_C(0x123456789abcdef0));
    assert_memory_equal(b, "\x12\x34\x56\x78\x9a\xbc\xde\xf0", 8);
}

/* At every alignment, and nothing beside it is touched. */
static void
test_any_alignment(void **state)
{
    const uint64_t value = UINT64_C(0xfedcba9876543210);
    unsigned char b[24];

    (void)state;
    for (unsigned at = 1; at < 9; at++) {
        memset(b, 0x55, sizeof(b));
        ft_put_le64(b + at, value);
        assert_int_equal(ft_get_le64(b + at), value);
        assert_int_equal(ft_get_be64(b + at), __builtin_bswap64(value));
        assert_int_equal(ft_get_le32(b + at), 0x76543210);
        assert_int_equal(ft_get_be32(b + at), 0x10325476);
        assert_int_equal(ft_get_le16(b + at), 0x3210);
        assert_int_equal(ft_get_be16(b + at), 0x1032);
        assert_int_equal(b[at - 1], 0x55);
        assert_int_equal(b[at + 8], 0x55);
    }
}

static void
test_time_as_text(void **state)
{
    char out[32];

    (void)state;
    ft_clock_format(0, out);
    assert_string_equal(out, "1970-01-01T00:00:00.000Z");
    ft_clock_format(INT64_C(1709210096) * FT_NS_PER_S + 789999999, out);
    assert_string_equal(out, "2024-02-29T12:34:56.789Z");
    ft_clock_format(INT64_MAX, out); /* the year 2262 */
    assert_string_equal(out, "2262-04-11T23:47:16.854Z");
}

static void
test_clock_goes_on(void **state)
{
    int64_t began = ft_clock_ns();

    (void)state;
    ft_clock_sleep(2 * FT_NS_PER_MS);
    assert_true(ft_clock_ns() - began >= 2 * FT_NS_PER_MS);
    began = ft_clock_ns();
    ft_clock_sleep(-FT_NS_PER_S); /* the past: no wait, no hang */
    assert_true(ft_clock_ns() >= began);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_any_alignment),
        cmocka_unit_test(test_time_as_text),
        cmocka_unit_test(test_clock_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
