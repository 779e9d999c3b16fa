/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy onto what a replica holds already: whatever QEMU and the guest do
 * meanwhile, in the end the replica is the disk, and what was equal was not
 * sent. The way out is this program's: it is the standby, byte for byte.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <stdlib.h>

#include "primary/disk-compare.h"

#define UNIT FT_DISK_HASH_UNIT
#define UNITS 24
#define SIZE ((size_t)UNITS * UNIT - 4096) /* the last one is shorter */

static unsigned char disk[SIZE], replica[SIZE];
static struct ft_disk_compare *compare;
static uint64_t sent;  /* bytes of data */
static unsigned asked; /* questions */
static int mute;

int
ft_outgoing_write_disk(struct ft_outgoing *out, unsigned number,
                       uint64_t offset, const void *data, size_t length)
{
    (void)out;
    assert_int_equal(number, 1);
    assert_true(length && offset + length <= SIZE);
    memcpy(replica + offset, data, length);
    sent += length;
    return 0;
}

int
ft_outgoing_zero_disk(struct ft_outgoing *out, unsigned number, uint64_t offset,
                      uint64_t length, int trim)
{
    (void)out;
    assert_int_equal(number, 1);
    assert_true(trim && length && offset + length <= SIZE);
    memset(replica + offset, 0, length);
    return 0;
}

int
ft_outgoing_hash_disk(struct ft_outgoing *out, unsigned number, uint64_t offset,
                      size_t length, unsigned char hashes[FT_DISK_HASHES_MAX])
{
    (void)out;
    assert_int_equal(number, 1);
    asked++;
    if (!mute)
        ft_disk_hashes(replica + offset, length, hashes);
    return mute ? -ECANCELED : 0;
}

/* Disk 0 is new, disk 1 was kept. */
static void
open_compare(void)
{
    const uint64_t sizes[2] = { SIZE, SIZE };

    sent = asked = 0;
    mute = 0;
    compare = ft_disk_compare_new(NULL, 2, sizes, 2);
    assert_non_null(compare);
}

static void
copy(size_t offset, size_t length)
{
    assert_true(
        ft_disk_compare_write(compare, 1, offset, disk + offset, length));
}

static void
fill(unsigned char *to, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++)
        to[i] = (unsigned char)(seed + i / 512);
}

static void
close_compare(uint64_t same)
{
    assert_int_equal(ft_disk_compare_end(compare), same);
    assert_memory_equal(replica, disk, SIZE);
    assert_int_equal(ft_disk_compare_end(compare), same);
    assert_false(ft_disk_compare_write(compare, 1, 0, disk, UNIT));
    assert_false(ft_disk_compare_zero(compare, 1, 0, UNIT));
    ft_disk_compare_free(compare);
}

static void
test_only_differences(void **state)
{
    (void)state;
    fill(disk, SIZE, 1);
    memcpy(replica, disk, SIZE);
    replica[5 * UNIT + 77] ^= 1;
    replica[6 * UNIT] ^= 1;
    replica[SIZE - 1] ^= 1;
    open_compare();
    for (size_t at = 0; at < SIZE; at += 16 * UNIT)
        copy(at, FT_MIN(16 * (size_t)UNIT, SIZE - at));
    assert_int_equal(asked, 2);
    assert_int_equal(sent, 3 * UNIT - 4096);
    close_compare(SIZE - sent);
}

/* As QEMU does where it may give space back. */
static void
test_all_zeroed_first(void **state)
{
    (void)state;
    fill(disk, SIZE, 1);
    memset(disk + 3 * UNIT, 0, 5 * UNIT);
    memcpy(replica, disk, SIZE);
    replica[4 * UNIT] = 9;
    open_compare();
    assert_true(ft_disk_compare_zero(compare, 1, 0, SIZE));
    copy(0, 3 * UNIT);
    copy(8 * UNIT, SIZE - 8 * UNIT);
    assert_int_equal(sent, 0);
    close_compare(SIZE - 5 * UNIT);
}

static void
test_no_answer(void **state)
{
    (void)state;
    fill(disk, SIZE, 1);
    memcpy(replica, disk, SIZE);
    open_compare();
    mute = 1;
    copy(0, UNIT);
    assert_int_equal(sent, UNIT);
    close_compare(0);
}

static void
test_not_compared(void **state)
{
    (void)state;
    open_compare();
    assert_false(ft_disk_compare_write(compare, 0, 0, disk, UNIT));
    assert_false(ft_disk_compare_zero(compare, 0, 0, UNIT));
    assert_false(ft_disk_compare_write(compare, 2, 0, disk, UNIT));
    assert_false(ft_disk_compare_write(NULL, 1, 0, disk, UNIT));
    assert_false(ft_disk_compare_zero(NULL, 1, 0, UNIT));
    assert_int_equal(ft_disk_compare_end(NULL), 0);
    ft_disk_compare_free(compare);
    ft_disk_compare_free(NULL);
}

/* A guest that writes and trims what is copied, will be, or was. */
static void
do_something(void)
{
    size_t offset = (size_t)(random() % (long)SIZE) & ~(size_t)511;
    size_t length = (size_t)(random() % (4 * (long)UNIT)) | 511;

    length = FT_MIN(length + 1, SIZE - offset);
    if (random() % 3) {
        fill(disk + offset, length, (unsigned)(random() % 3));
        copy(offset, length);
    } else {
        memset(disk + offset, 0, length);
        assert_true(ft_disk_compare_zero(compare, 1, offset, length));
    }
}

static void
test_whatever_is_written(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 200; seed++) {
        srandom(seed);
        fill(disk, SIZE, seed);
        fill(replica, SIZE, seed);
        for (unsigned i = 0; i < 6; i++)
            replica[(size_t)random() % SIZE] ^= 1;
        open_compare();
        if (seed & 1)
            assert_true(ft_disk_compare_zero(compare, 1, 0, SIZE));
        for (size_t at = 0; at < SIZE; at += 2 * UNIT) {
            while (random() % 3)
                do_something();
            copy(at, FT_MIN(2 * (size_t)UNIT, SIZE - at));
        }
        while (random() % 4)
            do_something();
        ft_disk_compare_end(compare);
        if (memcmp(replica, disk, SIZE) != 0)
            fail_msg("seed %u", seed);
        ft_disk_compare_free(compare);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_differences),
        cmocka_unit_test(test_all_zeroed_first),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_not_compared),
        cmocka_unit_test(test_whatever_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
