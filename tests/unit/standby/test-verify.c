/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The standby's half of a full comparison: it finds what differs and says
 * where, and takes no frame that points outside.
 */
#include "config.h"

#include "tests/unit/standby/standby-fixture.h"

#include <xxhash.h>

#include "base/json.h"
#include "link/verify-wire.h"
#include "standby/verify-standby.h"

static struct ft_verify_check check;
static json_t *answer;

int
ft_link_send_json(struct ft_link *link, enum ft_frame_type type, uint64_t epoch,
                  const json_t *value)
{
    (void)link;
    (void)epoch;
    assert_int_equal(type, FT_FRAME_VERIFY_RESULT);
    answer = json_deep_copy(value);
    return 0;
}

/* n hashes of units of the data, the last of which may be shorter. */
static int
send_verify(unsigned kind, unsigned index, uint64_t offset,
            const unsigned char *data, size_t size, size_t unit)
{
    unsigned char payload[FT_VERIFY_HEADER_SIZE + 8 * BLOCK_PAGES] = "";
    struct ft_frame frame = { FT_FRAME_VERIFY, 0, 0, payload,
                              FT_VERIFY_HEADER_SIZE };

    ft_put_le32(payload, kind);
    ft_put_le32(payload + 4, index);
    ft_put_le64(payload + 8, offset);
    for (size_t at = 0; at < size; at += unit, frame.length += 8)
        ft_put_le64(payload + frame.length,
                    XXH3_64bits(data + at, FT_MIN(unit, size - at)));
    memset(&last, 0, sizeof(last));
    assert_true(ft_verify_ends(&frame) == (kind == FT_VERIFY_END));
    check.vcpus = 3;
    return ft_verify_standby(&check, &replica, NULL, &frame, &last);
}

static int
send_memory(unsigned index, uint64_t offset, const unsigned char *data,
            size_t pages)
{
    return send_verify(FT_VERIFY_MEMORY, index, offset, data,
                       pages * FT_PAGE_SIZE, FT_PAGE_SIZE);
}

/* So many hashes of memory in one frame. */
static int
send_many(size_t n)
{
    static unsigned char
        payload[FT_VERIFY_HEADER_SIZE + 8 * (FT_VERIFY_HASHES_MAX + 1)];
    struct ft_frame frame = { FT_FRAME_VERIFY, 0, 0, payload,
                              FT_VERIFY_HEADER_SIZE + 8 * (uint32_t)n };

    memset(&last, 0, sizeof(last));
    return ft_verify_standby(&check, &replica, NULL, &frame, &last);
}

/* The last frame, with the hash of the state; what was answered. */
static void
finish(const char *text)
{
    json_decref(answer);
    answer = NULL;
    assert_int_equal(send_verify(FT_VERIFY_END, 0, 0,
                                 (const unsigned char *)text, strlen(text),
                                 strlen(text)),
                     0);
    assert_non_null(answer);
}

static int64_t
answered(const char *name)
{
    return ft_json_int(answer, name, 0, INT64_MAX, -1);
}

static void
test_all_the_same(void **state)
{
    unsigned char disk[DISK_SIZE];

    (void)state;
    first_copy();
    assert_int_equal(ft_pread_full(replica.disks[1].fd, disk, sizeof(disk), 0),
                     0);
    assert_int_equal(send_memory(0, 0, memory[0], BLOCK_PAGES), 0);
    assert_int_equal(send_verify(FT_VERIFY_DISK, 1, 0, disk, sizeof(disk),
                                 FT_VERIFY_DISK_UNIT),
                     0);
    finish(STATE_ONE);
    assert_int_equal(answered("epoch"), 1);
    assert_int_equal(answered("ram_pages"), BLOCK_PAGES);
    assert_int_equal(answered("ram_different"), 0);
    assert_int_equal(answered("disk_bytes"), DISK_SIZE);
    assert_int_equal(answered("disk_different"), 0);
    assert_int_equal(ft_json_bool(answer, "state_different", -1), 0);
    assert_string_equal(ft_json_string(answer, "first_difference", "?"), "");
    assert_int_equal(answered("copy_vcpus"), 3);
    assert_string_equal(ft_json_string(answer, "copy_spoilt", "?"), "");
}

static void
test_differences(void **state)
{
    unsigned char disk[DISK_SIZE], ram[BLOCK_SIZE];

    (void)state;
    first_copy();
    assert_int_equal(ft_pread_full(replica.disks[0].fd, disk, sizeof(disk), 0),
                     0);
    memcpy(ram, memory[1], BLOCK_SIZE);
    ram[5 * FT_PAGE_SIZE + 77] ^= 1;
    ram[9 * FT_PAGE_SIZE] ^= 0x80;
    disk[DISK_SIZE - 1] ^= 1; /* in the last unit, which is shorter */
    /* in two frames; offsets are the blocks' */
    assert_int_equal(send_memory(1, 0, ram, 5), 0);
    assert_int_equal(send_memory(1, (uint64_t)5 * FT_PAGE_SIZE,
                                 ram + (size_t)5 * FT_PAGE_SIZE,
                                 BLOCK_PAGES - 5),
                     0);
    assert_int_equal(send_verify(FT_VERIFY_DISK, 0, 0, disk, sizeof(disk),
                                 FT_VERIFY_DISK_UNIT),
                     0);
    finish("another state");
    assert_int_equal(answered("ram_pages"), BLOCK_PAGES);
    assert_int_equal(answered("ram_different"), 2);
    assert_int_equal(answered("disk_different"),
                     DISK_SIZE % FT_VERIFY_DISK_UNIT);
    assert_int_equal(ft_json_bool(answer, "state_different", -1), 1);
    assert_string_equal(ft_json_string(answer, "first_difference", "?"),
                        "block1 at 0x5000");
    /* the next comparison begins anew */
    finish(STATE_ONE);
    assert_int_equal(answered("ram_pages"), 0);
    assert_int_equal(answered("ram_different"), 0);
    assert_string_equal(ft_json_string(answer, "first_difference", "?"), "");
}

static void
test_outside(void **state)
{
    unsigned char zeros[2 * FT_PAGE_SIZE] = "";
    struct ft_frame frame = { FT_FRAME_VERIFY, 0, 0, zeros, 0 };

    (void)state;
    assert_int_equal(send_memory(2, 0, zeros, 1), -EPROTO);
    assert_int_equal(send_memory(UINT32_MAX, 0, zeros, 1), -EPROTO);
    assert_int_equal(send_memory(0, BLOCK_SIZE, zeros, 1), -EPROTO);
    assert_int_equal(send_memory(0, BLOCK_SIZE - FT_PAGE_SIZE, zeros, 2),
                     -EPROTO);
    assert_int_equal(send_memory(0, UINT64_MAX - 4095, zeros, 1), -EPROTO);
    assert_int_equal(send_verify(FT_VERIFY_DISK, 2, 0, zeros, 4096, 4096),
                     -EPROTO);
    assert_int_equal(send_verify(FT_VERIFY_DISK, UINT32_MAX, 0, zeros, 4096,
                                 4096),
                     -EPROTO);
    /* nothing begins at the end, behind it, or so far that units come round again */
    assert_int_equal(send_verify(FT_VERIFY_DISK, 0, 4 * FT_VERIFY_DISK_UNIT,
                                 zeros, 4096, 4096),
                     -EPROTO);
    assert_int_equal(send_verify(FT_VERIFY_DISK, 0, 3 * FT_VERIFY_DISK_UNIT,
                                 zeros, 8192, 4096),
                     -EPROTO);
    assert_int_equal(send_verify(FT_VERIFY_DISK, 0,
                                 UINT64_MAX - FT_VERIFY_DISK_UNIT + 1, zeros,
                                 8192, 4096),
                     -EPROTO);
    /* amid a unit */
    assert_int_equal(send_memory(0, 512, zeros, 1), -EPROTO);
    assert_int_equal(send_verify(FT_VERIFY_DISK, 0, 4096, zeros, 4096, 4096),
                     -EPROTO);
    /* an end has one hash, and is of nothing else */
    assert_int_equal(send_verify(FT_VERIFY_END, 0, 0, zeros, 8192, 4096),
                     -EPROTO);
    assert_int_equal(send_verify(FT_VERIFY_END, 1, 0, zeros, 4096, 4096),
                     -EPROTO);
    assert_int_equal(send_verify(FT_VERIFY_END, 0, 4096, zeros, 4096, 4096),
                     -EPROTO);
    assert_int_equal(send_verify(99, 0, 0, zeros, 4096, 4096), -EPROTO);
    assert_int_equal(send_many(FT_VERIFY_HASHES_MAX + 1), -EPROTO);
    assert_non_null(strstr(last.text, "65537 hashes"));
    for (size_t n = 0; n < 40; n++) {
        frame.length = n;
        if (n < FT_VERIFY_HEADER_SIZE + 8 || n % 8)
            assert_int_equal(ft_verify_standby(&check, &replica, NULL, &frame,
                                               &last),
                             -EPROTO);
    }
    assert_int_equal(check.ram_pages, 0);
    assert_int_equal(check.disk_bytes, 0);
    assert_null(answer);
}

static int
end_all(void **state)
{
    json_decref(answer);
    answer = NULL;
    memset(&check, 0, sizeof(check));
    return end(state);
}

#define VERIFY_TEST(function) \
    cmocka_unit_test_setup_teardown(function, begin, end_all)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        VERIFY_TEST(test_all_the_same),
        VERIFY_TEST(test_differences),
        VERIFY_TEST(test_outside),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
