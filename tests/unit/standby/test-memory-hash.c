/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the waiting QEMU's memory holds, as hashes: with all that came before, and
 * only while the first copy is made; nothing outside of it is read.
 */
#include "config.h"

#include "tests/unit/standby/standby-fixture.h"

#include "standby/memory-hash.h"

static unsigned char hashes[FT_PAGE_HASHES_MAX];
static size_t size;

static int
ask_length(unsigned block, uint64_t offset, size_t length, size_t payload_size)
{
    unsigned char payload[FT_RAM_HASH_SIZE] = "";
    struct ft_frame frame = { FT_FRAME_RAM_HASH, 0, 7, payload, payload_size };

    ft_put_le16(payload, (uint16_t)block);
    ft_put_le32(payload + 4, (uint32_t)length);
    ft_put_le64(payload + 8, offset);
    memset(&last, 0, sizeof(last));
    size = 0;
    return ft_memory_hash(&replica, &frame, hashes, &size, &last);
}

static int
ask(unsigned block, unsigned first, unsigned n)
{
    return ask_length(block, (uint64_t)first * FT_PAGE_SIZE,
                      (size_t)n * FT_PAGE_SIZE, FT_RAM_HASH_SIZE);
}

static void
assert_hashes(unsigned block, unsigned first, unsigned n)
{
    unsigned char expected[FT_PAGE_HASHES_MAX];

    assert_int_equal(ask(block, first, n), 0);
    assert_int_equal(size, n * FT_PAGE_HASH_SIZE);
    ft_page_hashes(memory[block] + (size_t)first * FT_PAGE_SIZE,
                   (size_t)n * FT_PAGE_SIZE, expected);
    assert_memory_equal(hashes, expected, size);
}

static void
test_what_is_there(void **state)
{
    unsigned char before[FT_PAGE_HASH_SIZE];

    (void)state;
    memory[1][3 * FT_PAGE_SIZE] = 9; /* of a copy before */
    assert_hashes(1, 0, BLOCK_PAGES);
    assert_hashes(1, BLOCK_PAGES - 1, 1);
    assert_hashes(0, 0, 1);
    /* frames of the first copy count at once */
    assert_hashes(1, 3, 1);
    memcpy(before, hashes, sizeof(before));
    assert_int_equal(send_pages(1, 1, 3, 1, 5), 0);
    assert_hashes(1, 3, 1);
    assert_memory_not_equal(hashes, before, sizeof(before));
    assert_int_equal(replica.summary[1].frames, 1); /* it counts no question */
}

static void
test_wrong_questions(void **state)
{
    (void)state;
    assert_int_equal(ask(2, 0, 1), -EPROTO);
    assert_int_equal(ask(0, BLOCK_PAGES, 1), -EPROTO);
    assert_int_equal(ask(0, 1, BLOCK_PAGES), -EPROTO);
    assert_int_equal(ask(0, 0, 0), -EPROTO);
    assert_int_equal(ask_length(0, UINT64_MAX - 4095, 4096, FT_RAM_HASH_SIZE),
                     -EPROTO);
    assert_int_equal(ask_length(0, 0, 100, FT_RAM_HASH_SIZE), -EPROTO);
    for (size_t n = 0; n < FT_RAM_HASH_SIZE; n++)
        assert_int_equal(ask_length(0, 0, 4096, n), -EPROTO);
    assert_int_equal(size, 0);
    first_copy();
    assert_int_equal(ask(0, 0, 1), -EPROTO);
    assert_non_null(strstr(last.text, "after epoch 1"));
}

static void
test_no_process(void **state)
{
    (void)state;
    munmap(memory[1], BLOCK_SIZE);
    assert_int_equal(ask(1, 0, 1), -EFAULT);
    memory[1] = mmap(memory[1], BLOCK_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_int_equal(size, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_there),
        TEST(test_wrong_questions),
        TEST(test_no_process),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
