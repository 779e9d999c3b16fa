/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions about memory and their answers: every number is checked, hashes differ
 * where pages do, and who gets no use of them asks less.
 */
#include "config.h"

#include "tests/unit/wire.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "link/page-hash.h"

#define PAGE ((size_t)FT_PAGE_SIZE)
#define MIB ((size_t)1 << 20)

static const uint64_t sizes[] = { 4 * MIB, 2 * PAGE, UINT64_C(1) << 40 };
static unsigned char mine[MIB], theirs[MIB];

static int
decode(unsigned block, unsigned flags, uint32_t length, uint64_t offset,
       const char *word)
{
    unsigned char payload[FT_RAM_HASH_SIZE];
    struct ft_error err = FT_ERROR_INIT;
    struct ft_page_range range;
    int rc;

    ft_put_le16(payload, (uint16_t)block);
    ft_put_le16(payload + 2, (uint16_t)flags);
    ft_put_le32(payload + 4, length);
    ft_put_le64(payload + 8, offset);
    rc = ft_ram_hash_decode(payload, sizeof(payload), sizes, 3, &range, &err);
    assert_true(rc == (*word ? -EPROTO : 0));
    if (!strstr(err.text, word))
        fail_msg("\"%s\" does not name %s", err.text, word);
    return rc;
}

static void
test_question(void **state)
{
    struct ft_page_range range = { 2, UINT64_C(1) << 39, MIB }, back;
    unsigned char payload[FT_RAM_HASH_SIZE + 1];
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_ram_hash_encode(&range, payload);
    assert_int_equal(ft_ram_hash_decode(payload, FT_RAM_HASH_SIZE, sizes, 3,
                                        &back, &err),
                     0);
    assert_int_equal(back.block, 2);
    assert_int_equal(back.offset, range.offset);
    assert_int_equal(back.length, MIB);
    for (size_t size = 0; size <= sizeof(payload); size++)
        assert_true(ft_ram_hash_decode(payload, size, sizes, 3, &back, &err) ==
                    (size == FT_RAM_HASH_SIZE ? 0 : -EPROTO));
    assert_int_equal(ft_ram_hash_decode(payload, FT_RAM_HASH_SIZE, sizes, 2,
                                        &back, &err),
                     -EPROTO);
}

static void
test_every_number(void **state)
{
    (void)state;
    decode(0, 0, MIB, 3 * MIB, "");
    decode(1, 0, 2 * PAGE, 0, "");
    decode(1, 0, PAGE, PAGE, "");
    decode(2, 0, PAGE, (UINT64_C(1) << 40) - PAGE, "");
    decode(0, 1, PAGE, 0, "flags");
    decode(0, 0x8000, PAGE, 0, "flags");
    decode(3, 0, PAGE, 0, "block 3");
    decode(65535, 0, PAGE, 0, "block 65535");
    decode(0, 0, 0, 0, "0 bytes");
    decode(0, 0, PAGE - 1, 0, "4095 bytes");
    decode(0, 0, PAGE + 1, 0, "4097 bytes");
    decode(0, 0, MIB + PAGE, 0, "1052672 bytes");
    decode(2, 0, UINT32_MAX & ~4095u, 0, "bytes");
    decode(0, 0, PAGE, 1, "at 0x1");
    decode(0, 0, PAGE, PAGE + 2048, "at 0x1800");
    decode(0, 0, PAGE, 4 * MIB, "outside block 0");
    decode(0, 0, MIB, 3 * MIB + PAGE, "outside block 0");
    decode(1, 0, 3 * PAGE, 0, "outside block 1");
    decode(2, 0, PAGE, UINT64_MAX - 4095, "outside block 2");
    decode(2, 0, MIB, UINT64_MAX & ~(uint64_t)4095, "outside block 2");
}

static void
test_hashes(void **state)
{
    /* of 4096 bytes of 'a': the other host may have another xxHash */
    static const unsigned char known[FT_PAGE_HASH_SIZE] = {
        0xe5, 0x94, 0xed, 0x23, 0xb8, 0x69, 0x21, 0x76,
        0x88, 0xa3, 0x06, 0x70, 0xe9, 0x19, 0x70, 0x1e,
    };
    unsigned char hashes[FT_PAGE_HASHES_MAX];

    (void)state;
    memset(mine, 'a', 2 * PAGE);
    assert_int_equal(ft_page_hashes(mine, 2 * PAGE, hashes), 32);
    assert_int_equal(ft_page_hashes_size(2 * PAGE), 32);
    assert_memory_equal(hashes, known, sizeof(known));
    assert_memory_equal(hashes + 16, known, sizeof(known));
    assert_int_equal(ft_page_hashes(mine, MIB, hashes), FT_PAGE_HASHES_MAX);
    assert_int_equal(ft_page_hashes(mine, 0, hashes), 0);
}

/* A difference of one bit anywhere, and what is sent for it. */
static void
test_differences(void **state)
{
    unsigned char a[FT_PAGE_HASHES_MAX], b[FT_PAGE_HASHES_MAX];
    struct ft_page_span spans[FT_HASHED_SPANS_MAX];

    (void)state;
    for (unsigned seed = 0; seed < 64; seed++) {
        unsigned char differs[FT_HASHED_PAGES_MAX] = "";
        size_t n, at = 0;

        srandom(seed);
        memset(mine, (int)seed, MIB);
        memcpy(theirs, mine, MIB);
        for (unsigned i = 0; i < seed * 4; i++) {
            size_t place = (size_t)random() % MIB;

            theirs[place] = (unsigned char)(mine[place] + 1);
            differs[place / PAGE] = 1;
        }
        ft_page_hashes(mine, MIB, a);
        ft_page_hashes(theirs, MIB, b);
        n = ft_page_hashes_differ(a, b, MIB, spans);
        for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || spans[i].offset > at);
            for (; at < spans[i].offset; at += PAGE)
                assert_false(differs[at / PAGE]);
            for (; at < spans[i].offset + spans[i].length; at += PAGE)
                assert_true(differs[at / PAGE]);
        }
        for (; at < MIB; at += PAGE)
            assert_false(differs[at / PAGE]);
    }
    /* as many spans as there can be; and each of the 128 bits counts */
    memset(a, 0, sizeof(a));
    memset(b, 0, sizeof(b));
    for (size_t page = 0; page < FT_HASHED_PAGES_MAX; page += 2)
        b[page * FT_PAGE_HASH_SIZE] = 1;
    assert_int_equal(ft_page_hashes_differ(a, b, MIB, spans),
                     FT_HASHED_SPANS_MAX);
    for (unsigned bit = 0; bit < 128; bit++) {
        memcpy(b, a, sizeof(b));
        b[FT_PAGE_HASH_SIZE + bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_int_equal(ft_page_hashes_differ(a, b, 3 * PAGE, spans), 1);
        assert_int_equal(spans[0].offset, PAGE);
        assert_int_equal(spans[0].length, PAGE);
    }
    assert_int_equal(ft_page_hashes_differ(a, a, MIB, spans), 0);
}

static unsigned
ask(struct ft_page_hash_use *use, unsigned questions, uint64_t same)
{
    unsigned asked = 0;

    for (unsigned i = 0; i < questions; i++)
        if (ft_page_hash_is_of_use(use)) {
            asked++;
            ft_page_hash_note_use(use, same, MIB);
        }
    return asked;
}

static void
test_use(void **state)
{
    struct ft_page_hash_use use = { 0 };

    (void)state;
    assert_int_equal(ask(&use, 1000, MIB), 1000);
    assert_int_equal(ask(&use, 1000, MIB / 8), 1000);
    /* sixteen in vain, then one of eight; one that helps changes it back */
    assert_int_equal(ask(&use, 16, MIB / 8 - 1), 16);
    assert_int_equal(ask(&use, 80, 0), 10);
    assert_int_equal(ask(&use, 8, MIB), 1);
    assert_int_equal(ask(&use, 100, MIB), 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question), cmocka_unit_test(test_every_number),
        cmocka_unit_test(test_hashes),   cmocka_unit_test(test_differences),
        cmocka_unit_test(test_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
