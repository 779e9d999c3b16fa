/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a replica gets of the VM's own image of before: what is zeros here and
 * something there, all of that and nothing else, whatever the pattern.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "link/payload.h"
#include "standby/older-image.h"

#define UNIT ((size_t)FT_DISK_HASH_UNIT)
#define UNITS 4u
#define TAIL ((size_t)1000) /* of the last one */
#define SIZE ((UNITS - 1) * UNIT + TAIL)
#define AT ((uint64_t)512) /* where the replica's piece begins */

static unsigned char image[AT + SIZE], piece[SIZE], expected[SIZE];
static unsigned char replica[AT + SIZE];
static unsigned written; /* a bit for each unit */
static unsigned writes;
static int write_says;

static size_t
length_of(unsigned unit)
{
    return unit == UNITS - 1 ? TAIL : UNIT;
}

static int
write_replica(void *opaque, uint64_t offset, const void *data, size_t length,
              struct ft_error *err)
{
    assert_ptr_equal(opaque, replica);
    assert_true(offset >= AT && (offset - AT) % UNIT == 0);
    assert_true(offset + length <= sizeof(replica));
    writes++;
    for (unsigned u = (unsigned)((offset - AT) / UNIT);
         u * UNIT < offset - AT + length; u++)
        written |= 1u << u;
    memcpy(replica + offset, data, length);
    return write_says ? ft_fail(err, -write_says, NULL, "not written") : 0;
}

/* A bit that is set: something, from the last byte of the unit on, or up to it. */
static void
fill(unsigned char *data, unsigned pattern, unsigned char value)
{
    memset(data, 0, SIZE);
    for (unsigned u = 0; u < UNITS; u++)
        if (pattern >> u & 1)
            data[u * UNIT + (value & 1 ? length_of(u) - 1 : 0)] = value;
}

static struct ft_disk_reader *
open_image(size_t size)
{
    struct ft_disk_reader *reader = NULL;
    struct ft_error err = FT_ERROR_INIT;

    put_file_bytes("image", (const char *)image, size);
    assert_int_equal(ft_disk_reader_open("image", "raw", &reader, &err), 0);
    return reader;
}

static int
fill_from(struct ft_disk_reader **reader, struct ft_error *err)
{
    written = writes = 0;
    return ft_older_image_fill(reader, AT, piece, SIZE, write_replica, replica,
                               err);
}

/* Runs of the units that a pattern has. */
static unsigned
runs(unsigned pattern)
{
    unsigned n = 0;

    for (unsigned u = 0; u < UNITS; u++)
        n += (pattern >> u & 1) && !(u && pattern >> (u - 1) & 1);
    return n;
}

static void
one_pattern(struct ft_disk_reader **reader, unsigned here, unsigned there)
{
    struct ft_error err = FT_ERROR_INIT;
    unsigned wanted = there & ~here;

    fill(piece, here, 1);
    memcpy(expected, piece, SIZE);
    memcpy(replica + AT, piece, SIZE);
    for (unsigned u = 0; u < UNITS; u++)
        if (wanted >> u & 1)
            memcpy(expected + u * UNIT, image + AT + u * UNIT, length_of(u));
    assert_int_equal(fill_from(reader, &err), 0);
    assert_int_equal(written, wanted);
    assert_int_equal(writes, runs(wanted));
    assert_memory_equal(piece, expected, SIZE);
    assert_memory_equal(replica + AT, expected, SIZE);
}

static void
test_all_patterns(void **state)
{
    (void)state;
    for (unsigned there = 0; there < 1u << UNITS; there++) {
        struct ft_disk_reader *reader;

        memset(image, 7, AT);
        fill(image + AT, there, there & 1 ? 2 : 3);
        reader = open_image(sizeof(image));
        for (unsigned here = 0; here < 1u << UNITS; here++)
            one_pattern(&reader, here, there);
        assert_non_null(reader);
        ft_disk_reader_close(reader);
    }
}

/* One that is too short: what it has is used, and then no more is asked of it. */
static void
test_unreadable(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_disk_reader *reader;

    (void)state;
    fill(image + AT, 15, 2);
    reader = open_image(AT + 2 * UNIT);
    fill(piece, 2, 1); /* units 0, 2 and 3 are zeros */
    assert_int_equal(fill_from(&reader, &err), 0);
    assert_int_equal(written, 1);
    assert_null(reader);
    assert_int_equal(piece[0], 2);
    for (size_t i = 2 * UNIT; i < SIZE; i++)
        assert_int_equal(piece[i], 0);
    assert_int_equal(fill_from(&reader, &err), 0);
    assert_int_equal(writes, 0);
}

static void
test_write_fails(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_disk_reader *reader;

    (void)state;
    fill(image + AT, 5, 2);
    reader = open_image(sizeof(image));
    fill(piece, 0, 1);
    write_says = -ENOSPC;
    assert_int_equal(fill_from(&reader, &err), -ENOSPC);
    assert_int_equal(writes, 1);
    assert_string_equal(err.text, "not written");
    write_says = 0;
    ft_disk_reader_close(reader);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_patterns),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_write_fails),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
