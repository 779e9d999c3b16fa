/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The copy of a VM: epochs whole or not at all, in their order, and frames
 * that do not belong to it.
 */
#include "config.h"

#include "tests/unit/standby/standby-fixture.h"

#include "disk/disk-reader.h"

#define STATE_TWO "state of epoch two ................."

/* ---- the way of an epoch ---- */

/* Before anything is committed there is nothing to protect. */
static void
test_first_copy_is_direct(void **state)
{
    (void)state;
    assert_int_equal(send_pages(1, 1, 3, 2, 0x22), 0);
    assert_int_equal(ft_replica_staged(&replica), 0);
    assert_int_equal(page_value(1, 3), 0x22);
    assert_int_equal(page_value(1, 4), 0x22);
    assert_int_equal(send_pages(1, 1, 4, 1, 0), 0);
    assert_int_equal(page_value(1, 4), 0);
    assert_int_equal(send_write(1, 0, 100, "written"), 0);
    assert_disk(0, 100, "written");
    assert_int_equal(send_zeros(1, 0, 100, 7), 0);
    assert_no_disk(0, 100, "written");
    assert_int_equal(replica.committed, 0);
    first_copy();
    assert_int_equal(replica.committed, 1);
    assert_state(STATE_ONE);
}

static void
test_epoch_is_staged(void **state)
{
    (void)state;
    first_copy();
    assert_int_equal(send_write(2, 1, 0, "second"), 0);
    assert_int_equal(send_pages(2, 0, 10, 1, 0x22), 0);
    assert_int_equal(send_pages(2, 0, 20, 3, 0), 0);
    assert_int_equal(send_state(2, STATE_TWO, STATE_ONE), 0);
    assert_int_equal(send_end(2), 0);
    assert_true(ft_replica_staged(&replica) > 0);
    /* acknowledged, but nothing has moved yet */
    assert_int_equal(page_value(0, 10), 1);
    assert_int_equal(page_value(0, 21), 1);
    assert_disk(1, 0, "first");
    assert_state(STATE_ONE);
    assert_int_equal(replica.committed, 1);
    commit(2);
    assert_int_equal(ft_replica_staged(&replica), 0);
    assert_int_equal(page_value(0, 10), 0x22);
    assert_int_equal(page_value(0, 21), 0);
    assert_int_equal(page_value(0, 11), 1);
    assert_int_equal(page_value(1, 10), 1);
    assert_disk(1, 0, "second");
    assert_disk(0, 0, "first");
    assert_state(STATE_TWO);
    assert_int_equal(replica.committed, 2);
}

static int
send_begin_flags(uint64_t epoch, unsigned flags)
{
    const struct ft_epoch_begin begin = { 1, 0, 0 };
    unsigned char payload[FT_EPOCH_BEGIN_SIZE];

    ft_epoch_begin_encode(&begin, payload);
    return send_frame(epoch, FT_FRAME_EPOCH_BEGIN, flags, payload,
                      sizeof(payload));
}

static int
send_begin(uint64_t epoch, unsigned run)
{
    return send_begin_flags(epoch, run << FT_FRAME_RUN_SHIFT);
}

/* How the VM stands is of the epoch that is committed, and of no other. */
static void
test_run_state(void **state)
{
    (void)state;
    first_copy();
    assert_int_equal(replica.run, FT_RUN_RUNS);
    assert_int_equal(send_begin(2, FT_RUN_PAUSED), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    assert_int_equal(replica.run, FT_RUN_RUNS);
    commit(2);
    assert_int_equal(replica.run, FT_RUN_PAUSED);
    assert_int_equal(send_begin(3, FT_RUN_RUNS), 0);
    ft_replica_drop_partial(&replica);
    assert_int_equal(replica.run, FT_RUN_PAUSED);
    memset(counted, 0, sizeof(counted));
    assert_int_equal(send_begin(3, FT_RUN_RUNS), 0);
    assert_int_equal(send_state(3, STATE_ONE, NULL), 0);
    commit(3);
    assert_int_equal(replica.run, FT_RUN_RUNS);
    assert_int_equal(send_begin(4, FT_RUN_COUNT), -EPROTO);
}

/* So are the guest's file systems. */
static void
test_frozen(void **state)
{
    (void)state;
    first_copy();
    assert_false(ft_replica_is_frozen(&replica));
    assert_int_equal(send_begin_flags(2, FT_FRAME_FROZEN | FT_FRAME_THAW), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    assert_false(ft_replica_is_frozen(&replica));
    commit(2);
    assert_true(ft_replica_is_frozen(&replica));
    assert_int_equal(send_begin_flags(3, 0), 0);
    ft_replica_drop_partial(&replica);
    assert_true(ft_replica_is_frozen(&replica));
    memset(counted, 0, sizeof(counted));
    assert_int_equal(send_begin_flags(3, FT_FRAME_THAW), 0);
    assert_int_equal(send_state(3, STATE_ONE, NULL), 0);
    commit(3);
    assert_false(ft_replica_is_frozen(&replica));
    assert_int_equal(replica.frozen, FT_FRAME_THAW);
}

/* Disk writes of the next epoch arrive before the end of this one. */
static void
test_disks_are_ahead(void **state)
{
    (void)state;
    first_copy();
    assert_int_equal(send_write(2, 0, 0, "two.."), 0);
    assert_int_equal(send_write(3, 0, 0, "three"), 0);
    assert_int_equal(send_write(2, 0, 10, "late two"), 0);
    assert_int_equal(send_pages(2, 0, 0, 1, 2), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    commit(2);
    assert_disk(0, 0, "two..");
    assert_disk(0, 10, "late two");
    assert_int_equal(send_state(3, STATE_ONE, NULL), 0);
    commit(3);
    assert_disk(0, 0, "three");
    assert_disk(0, 10, "late two");
    /* and the log that had the second one's is empty */
    assert_int_equal(send_state(4, STATE_TWO, NULL), 0);
    commit(4);
    assert_disk(0, 0, "three");
}

/* All that was not whole is as if it had never been sent. */
static void
test_partial_epoch_is_dropped(void **state)
{
    (void)state;
    first_copy();
    assert_int_equal(send_write(2, 0, 0, "lost "), 0);
    assert_int_equal(send_write(3, 0, 0, "lost too"), 0);
    assert_int_equal(send_zeros(2, 1, 0, 5), 0);
    assert_int_equal(send_pages(2, 0, 0, BLOCK_PAGES, 9), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    ft_replica_drop_partial(&replica);
    assert_int_equal(ft_replica_staged(&replica), 0);
    assert_int_equal(page_value(0, 0), 1);
    assert_disk(0, 0, "first");
    assert_disk(1, 0, "first");
    assert_state(STATE_ONE);
    assert_int_equal(replica.committed, 1);
    /* nothing of it comes back with the next one */
    memset(counted, 0, sizeof(counted));
    assert_int_equal(send_end(2), -EPROTO); /* no state */
    assert_int_equal(send_pages(2, 1, 5, 1, 3), 0);
    assert_int_equal(send_state(2, STATE_TWO, STATE_ONE), 0);
    commit(2);
    assert_int_equal(page_value(0, 0), 1);
    assert_int_equal(page_value(1, 5), 3);
    assert_disk(0, 0, "first");
    assert_disk(1, 0, "first");
}

static void
test_state_in_pieces(void **state)
{
    struct ft_state whole = { (unsigned char *)(uintptr_t)STATE_TWO,
                              strlen(STATE_TWO) };
    struct ft_state encoded = { 0 };
    int is_delta;

    (void)state;
    first_copy();
    assert_int_equal(ft_state_encode(&whole, NULL, &encoded, &is_delta), 0);
    for (size_t at = 0; at < encoded.size; at += 7) {
        size_t n = FT_MIN(7, encoded.size - at);

        assert_int_equal(send_end(2), -EPROTO); /* not yet */
        assert_int_equal(send_frame(2, FT_FRAME_DEVICE_STATE,
                                    at + n < encoded.size ? FT_FRAME_MORE : 0,
                                    encoded.data + at, n),
                         0);
    }
    ft_state_free(&encoded);
    commit(2);
    assert_state(STATE_TWO);
}

static void
test_read(void **state)
{
    static const struct {
        uint64_t offset;
        uint32_t length;
        uint16_t disk;
        int code;
    } cases[] = {
        { 0, 5, 2, EPROTO },
        { 0, 5, 0xffff, EPROTO },
        { 0, 0, 0, EPROTO },
        { 0, FT_FRAME_DATA_MAX + 1, 0, EPROTO },
        { DISK_SIZE - 4, 5, 0, EPROTO },
        { DISK_SIZE, 1, 0, EPROTO },
        { UINT64_MAX - 2, 5, 0, EPROTO },
        { DISK_SIZE - 5, 5, 0, 0 },
    };

    (void)state;
    first_copy();
    /* committed, then the oldest epoch, then the youngest */
    assert_int_equal(send_write(3, 1, 2, "333"), 0);
    assert_int_equal(send_write(2, 1, 0, "2222"), 0);
    for (int i = -1; i < (int)FT_ARRAY_SIZE(cases); i++) {
        unsigned char payload[16] = "";
        struct ft_frame frame = { FT_FRAME_DISK_READ, 0, 1, payload, 16 };
        void *data = NULL;
        size_t length;

        ft_put_le16(payload, i < 0 ? 1 : cases[i].disk);
        ft_put_le32(payload + 4, i < 0 ? 6 : cases[i].length);
        ft_put_le64(payload + 8, i < 0 ? 0 : cases[i].offset);
        assert_int_equal(ft_replica_read(&replica, &frame, &data, &length,
                                         &last),
                         i < 0 ? 0 : -cases[i].code);
        if (i < 0)
            assert_memory_equal(data, "22333\0", 6);
        else if (cases[i].code)
            assert_null(data);
        free(data);
    }
}

/* What a DISK_HASH says is of the content, and asking moves nothing. */
static void
test_hash(void **state)
{
    unsigned char payload[16] = "", hashes[FT_DISK_HASHES_MAX];
    unsigned char expected[FT_DISK_HASHES_MAX];
    struct ft_frame frame = { FT_FRAME_DISK_HASH, 0, 1, payload, 16 };
    size_t size = 0;

    (void)state;
    assert_int_equal(send_write(1, 1, 2, "some data"), 0);
    ft_put_le16(payload, 1);
    ft_put_le32(payload + 4, 9);
    ft_put_le64(payload + 8, 2);
    assert_int_equal(ft_replica_hash(&replica, &frame, hashes, &size, &last), 0);
    assert_int_equal(size, ft_disk_hashes("some data", 9, expected));
    assert_memory_equal(hashes, expected, size);
    assert_disk(1, 2, "some data");
    assert_int_equal(send_write(1, 1, 2, "some Data"), 0);
    assert_int_equal(ft_replica_hash(&replica, &frame, hashes, &size, &last), 0);
    assert_memory_not_equal(hashes, expected, size);
    ft_put_le64(payload + 8, DISK_SIZE - 8);
    assert_int_equal(ft_replica_hash(&replica, &frame, hashes, &size, &last),
                     -EPROTO);
}

/* What disk 1 holds at offset, by a DISK_HASH: this text? */
static void
assert_hashed(uint64_t offset, const char *text)
{
    unsigned char payload[16] = "", hashes[FT_DISK_HASHES_MAX];
    unsigned char expected[FT_DISK_HASHES_MAX];
    struct ft_frame frame = { FT_FRAME_DISK_HASH, 0, 1, payload, 16 };
    size_t size = 0;

    ft_put_le16(payload, 1);
    ft_put_le32(payload + 4, (uint32_t)strlen(text));
    ft_put_le64(payload + 8, offset);
    assert_int_equal(ft_replica_hash(&replica, &frame, hashes, &size, &last), 0);
    assert_int_equal(size, ft_disk_hashes(text, strlen(text), expected));
    assert_memory_equal(hashes, expected, size);
}

/* Zeros become what the VM's image of before has, in the first copy and never again. */
static void
test_older_image(void **state)
{
    FT_AUTOFREE char *image = calloc(1, DISK_SIZE);
    struct ft_replica_disk *d = &replica.disks[1];

    (void)state;
    memcpy(image + 100, "as it was", 9);
    memcpy(image + 70000, "here too", 8);
    put_file_bytes("older", image, DISK_SIZE);
    assert_int_equal(ft_disk_reader_open("older", "raw", &d->older, &last), 0);
    assert_no_disk(1, 100, "as it was");
    assert_hashed(100, "as it was");
    assert_disk(1, 100, "as it was");
    assert_int_equal(send_write(1, 1, 100, "otherwise"), 0);
    assert_hashed(100, "otherwise");
    assert_disk(1, 100, "otherwise");
    assert_no_disk(1, 70000, "here too"); /* nobody asked */
    first_copy();
    assert_null(d->older);
    assert_no_disk(1, 70000, "here too");
}

/* ---- frames that do not belong here ---- */

static void
test_order_of_epochs(void **state)
{
    (void)state;
    first_copy();
    for (uint64_t epoch = 0; epoch < 6; epoch++) {
        if (epoch != 2) {
            assert_int_equal(send_pages(epoch, 0, 0, 1, 9), -EPROTO);
            assert_in(last.text, "epoch");
            assert_int_equal(send_state(epoch, STATE_TWO, NULL), -EPROTO);
            assert_int_equal(send_end(epoch), -EPROTO);
        }
        if (epoch != 2 && epoch != 3) {
            assert_int_equal(send_write(epoch, 0, 0, "wrong"), -EPROTO);
            assert_int_equal(send_zeros(epoch, 0, 0, 5), -EPROTO);
        }
    }
    assert_int_equal(send_pages(UINT64_MAX, 0, 0, 1, 9), -EPROTO);
    assert_int_equal(page_value(0, 0), 1);
    assert_disk(0, 0, "first");
}

static void
test_type(void **state)
{
    static const unsigned others[] = { FT_FRAME_HELLO,     FT_FRAME_ACK,
                                       FT_FRAME_DISK_DATA, FT_FRAME_SETUP_OK,
                                       FT_FRAME_EPOCH_END, 99 };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(others); i++)
        assert_int_equal(send_frame(1, others[i], 0, "{}", 2), -EPROTO);
}

/* One run of a page, as in page-codec.h. */
static int
send_run(uint64_t epoch, unsigned block, uint64_t offset, uint64_t length)
{
    static unsigned char payload[20 + FT_PAGE_SIZE];

    ft_put_le16(payload, (uint16_t)block);
    ft_put_le16(payload + 2, FT_PAGES_RAW);
    ft_put_le32(payload + 4, 1);
    ft_put_le64(payload + 8, offset);
    ft_put_le32(payload + 16, (uint32_t)length);
    memset(payload + 20, 9, FT_PAGE_SIZE);
    return send_frame(epoch, FT_FRAME_RAM, 0, payload, sizeof(payload));
}

static void
test_pages_outside(void **state)
{
    (void)state;
    first_copy();
    assert_int_equal(send_run(2, 0, BLOCK_SIZE - FT_PAGE_SIZE, FT_PAGE_SIZE), 0);
    assert_int_equal(send_run(2, 2, 0, FT_PAGE_SIZE), -EPROTO);
    assert_int_equal(send_run(2, 0xffff, 0, FT_PAGE_SIZE), -EPROTO);
    assert_int_equal(send_run(2, 0, BLOCK_SIZE, FT_PAGE_SIZE), -EPROTO);
    assert_int_equal(send_run(2, 0, UINT64_MAX - FT_PAGE_SIZE + 1, FT_PAGE_SIZE),
                     -EPROTO);
    assert_int_equal(send_run(2, 0, 1, FT_PAGE_SIZE), -EPROTO);
    assert_int_equal(send_run(2, 0, 0, 2 * FT_PAGE_SIZE), -EPROTO);
    assert_true(last.text[0] != '\0');
    ft_replica_drop_partial(&replica);
    for (unsigned i = 0; i < BLOCK_PAGES; i++)
        assert_int_equal(page_value(0, i), 1);
}

static void
test_disk_writes_outside(void **state)
{
    (void)state;
    /* of the first copy, and staged */
    for (uint64_t epoch = 1; epoch < 3; epoch++) {
        assert_int_equal(send_write(epoch, 2, 0, "x"), -EPROTO);
        assert_int_equal(send_write(epoch, 0xffff, 0, "x"), -EPROTO);
        assert_int_equal(send_write(epoch, 0, DISK_SIZE, "x"), -EPROTO);
        assert_int_equal(send_write(epoch, 0, DISK_SIZE - 3, "1234"), -EPROTO);
        assert_int_equal(send_write(epoch, 0, UINT64_MAX - 1, "1234"), -EPROTO);
        assert_int_equal(send_zeros(epoch, 0, 0, DISK_SIZE + 1), -EPROTO);
        assert_int_equal(send_zeros(epoch, 0, 4096, UINT64_MAX), -EPROTO);
        assert_int_equal(send_zeros(epoch, 2, 0, 1), -EPROTO);
        assert_int_equal(send_write(epoch, 0, DISK_SIZE - 4, "1234"), 0);
    }
    assert_int_equal(lseek(replica.disks[0].fd, 0, SEEK_END), DISK_SIZE);
}

static void
test_wrong_state(void **state)
{
    char wrong[] = "not a state at all, but long enough to be read as one";

    (void)state;
    /* a difference from nothing */
    assert_int_equal(send_state(1, STATE_TWO, STATE_ONE), -EPROTO);
    ft_replica_drop_partial(&replica);
    memset(counted, 0, sizeof(counted));
    first_copy();
    /* from another state than the one that is there */
    assert_true(send_state(2, STATE_ONE, STATE_TWO) < 0);
    assert_true(last.text[0] != '\0');
    assert_true(send_frame(2, FT_FRAME_DEVICE_STATE, 0, wrong, sizeof(wrong)) <
                0);
    assert_state(STATE_ONE);
    assert_int_equal(send_end(2), -EPROTO);
}

/* A peer that never ends its state does not fill our memory. */
static void
test_endless_state(void **state)
{
    char *data = calloc(1, FT_FRAME_DATA_MAX);
    int rc = 0, n = 0;

    (void)state;
    while (!rc && n < 100) {
        rc = send_frame(1, FT_FRAME_DEVICE_STATE, FT_FRAME_MORE, data,
                        FT_FRAME_DATA_MAX);
        n += !rc;
    }
    assert_int_equal(rc, -EPROTO);
    assert_int_equal(n, FT_STATE_MAX / FT_FRAME_DATA_MAX);
    assert_in(last.text, "device state");
    free(data);
}

/* ---- EPOCH_END ---- */

static void
test_wrong_end(void **state)
{
    /* what the peer claims beside the truth, and what the text names */
    static const struct {
        size_t field;
        const char *says;
    } cases[] = {
        { offsetof(struct ft_epoch_summary, frames), "frames" },
        { offsetof(struct ft_epoch_summary, ram_pages), "pages" },
        { offsetof(struct ft_epoch_summary, zero_pages), "zero" },
        { offsetof(struct ft_epoch_summary, disk_frames), "disk" },
        { offsetof(struct ft_epoch_summary, bytes), "bytes" },
        { offsetof(struct ft_epoch_summary, digest), "digest" },
    };
    unsigned char payload[FT_EPOCH_END_SIZE];
    struct ft_frame frame = { FT_FRAME_EPOCH_END, 0, 2, payload,
                              sizeof(payload) - 1 };

    (void)state;
    first_copy();
    assert_int_equal(send_pages(2, 0, 1, 1, 5), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_epoch_summary truth = counted[0];
        uint64_t *field = (uint64_t *)((char *)&counted[0] + cases[i].field);

        ++*field;
        assert_int_equal(send_end(2), -EBADMSG);
        assert_in(last.text, cases[i].says);
        counted[0] = truth;
    }
    ft_epoch_end_encode(&counted[0], payload);
    assert_int_equal(ft_replica_check_epoch(&replica, &frame, &last), -EPROTO);
    assert_int_equal(page_value(0, 1), 1);
    /* it was only the claim that was wrong */
    commit(2);
    assert_int_equal(page_value(0, 1), 5);
}

/* A frame that got lost, or came twice, is noticed. */
static void
test_frame_missing_or_twice(void **state)
{
    struct ft_epoch_summary before;

    (void)state;
    first_copy();
    assert_int_equal(send_write(2, 0, 0, "here"), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    before = counted[0];
    assert_int_equal(send_write(2, 0, 0, "here"), 0);
    counted[0] = before;
    assert_int_equal(send_end(2), -EBADMSG);
    ft_replica_drop_partial(&replica);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    counted[0] = before;
    assert_int_equal(send_end(2), -EBADMSG);
    assert_disk(0, 0, "first");
}

/* ---- failures of this host ---- */

static void
test_replica_full(void **state)
{
    int disk = replica.disks[0].fd, full = open("/dev/full", O_RDWR | O_CLOEXEC);

    (void)state;
    assert_true(full >= 0);
    first_copy();
    assert_int_equal(send_write(2, 0, 0, "no room"), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    assert_int_equal(send_end(2), 0);
    replica.disks[0].fd = full;
    assert_int_equal(ft_replica_apply(&replica, &last), -ENOSPC);
    assert_true(last.text[0] != '\0' && last.hint[0] != '\0');
    assert_int_equal(replica.committed, 1);
    assert_state(STATE_ONE);
    close(disk);
}

static void
test_open_without_folder(void **state)
{
    struct ft_replica other = { .n_disks = 0 };

    (void)state;
    assert_int_equal(ft_replica_open(&other, "no-such-folder", &last), -ENOENT);
    assert_in(last.text, "no-such-folder");
    ft_replica_clear(&other);
    ft_replica_clear(&other);
}

#ifdef FT_FAULT_INJECTION
/* main() armed EIO at the first apply and ENOSPC at the first direct write. */
static void
test_faults(void **state)
{
    (void)state;
    assert_int_equal(send_write(1, 0, 0, "x"), -ENOSPC);
    assert_in(last.text, "disk0");
    assert_true(last.hint[0] != '\0');
    memset(counted, 0, sizeof(counted));
    ft_replica_drop_partial(&replica);
    assert_int_equal(send_state(1, STATE_ONE, NULL), 0);
    assert_int_equal(send_end(1), 0);
    assert_int_equal(ft_replica_apply(&replica, &last), -EIO);
    assert_in(last.text, "epoch 1");
    assert_int_equal(replica.committed, 0);
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef FT_FAULT_INJECTION
        TEST(test_faults),
#endif
        TEST(test_first_copy_is_direct),
        TEST(test_epoch_is_staged),
        TEST(test_run_state),
        TEST(test_frozen),
        TEST(test_disks_are_ahead),
        TEST(test_partial_epoch_is_dropped),
        TEST(test_state_in_pieces),
        TEST(test_read),
        TEST(test_hash),
        TEST(test_older_image),
        TEST(test_order_of_epochs),
        TEST(test_type),
        TEST(test_pages_outside),
        TEST(test_disk_writes_outside),
        TEST(test_wrong_state),
        TEST(test_endless_state),
        TEST(test_wrong_end),
        TEST(test_frame_missing_or_twice),
        TEST(test_replica_full),
        TEST(test_open_without_folder),
    };

    setenv("FT_FAULTS", "replica-write=28,replica-apply=5", 1);
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
