/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Room for what is acknowledged: reserved on a file system that keeps it, and
 * looked at on a small one that somebody fills.
 */
#include "config.h"

#include "tests/unit/standby/standby-fixture.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "base/limits.h"

#define MIB_BYTES (UINT64_C(1) << 20)
#define FULL "the storage of replica small/disk is full"

static void
test_edge(void **state)
{
    struct ft_room_seen seen = { .capacity = 10 * MIB_BYTES,
                                 .allocated = 4 * MIB_BYTES,
                                 .total = 16 * MIB_BYTES,
                                 .available = 6 * MIB_BYTES };

    (void)state;
    assert_int_equal(ft_storage_edge(16 * MIB_BYTES), MIB_BYTES);
    assert_int_equal(ft_storage_edge(UINT64_C(1) << 50), 256 * MIB_BYTES);
    assert_false(ft_room_for_rest(&seen));
    seen.available = 7 * MIB_BYTES;
    assert_true(ft_room_for_rest(&seen));
    seen.available--;
    assert_false(ft_room_for_rest(&seen));
    seen.allocated = 20 * MIB_BYTES; /* more than it will be */
    seen.available = MIB_BYTES;
    assert_true(ft_room_for_rest(&seen));
    seen.available--;
    assert_false(ft_room_for_rest(&seen));
}

static uint64_t
allocated(unsigned disk)
{
    struct stat st;

    assert_int_equal(fstat(replica.disks[disk].fd, &st), 0);
    return (uint64_t)st.st_blocks * 512;
}

/* A guest that trims or zeroes does not give back what it will need again. */
static void
test_reservation_stays(void **state)
{
    struct ft_replica_disk *d = &replica.disks[0];

    (void)state;
    assert_int_equal(ft_room_take(d->fd, d->path, DISK_SIZE, &d->room, &last),
                     0);
    if (!d->room.reserved)
        skip(); /* another file system than ext4 and xfs */
    assert_true(allocated(0) >= DISK_SIZE);
    assert_int_equal(send_write(1, 0, 0, "written"), 0);
    assert_int_equal(send_trim(1, 0, 0, DISK_SIZE), 0);
    assert_no_disk(0, 0, "written");
    assert_true(allocated(0) >= DISK_SIZE);
    first_copy();
    assert_int_equal(send_write(2, 0, 0, "written"), 0);
    assert_int_equal(send_trim(2, 0, 0, DISK_SIZE), 0);
    assert_int_equal(send_state(2, "2", NULL), 0);
    commit(2);
    assert_no_disk(0, 0, "written");
    assert_true(allocated(0) >= DISK_SIZE);
    assert_int_equal(ft_room_take(d->fd, d->path, DISK_SIZE, &d->room, &last),
                     0);
    assert_true(d->room.reserved);
}

#ifdef FT_FAULT_INJECTION
/* main() armed it: somebody takes the rest meanwhile. Nothing stays taken. */
static void
test_reservation_fails(void **state)
{
    struct ft_replica_disk *d = &replica.disks[0];

    (void)state;
    assert_int_equal(send_write(1, 0, 65536, "in the middle"), 0);
    assert_int_equal(fsync(d->fd), 0);
    if (!ft_room_take(d->fd, d->path, DISK_SIZE, &d->room, &last))
        skip();
    assert_string_equal(last.text, "the storage of replica disk0 is full");
    assert_true(allocated(0) < DISK_SIZE / 2);
    assert_disk(0, 65536, "in the middle");
    assert_int_equal(ft_room_take(d->fd, d->path, DISK_SIZE, &d->room, &last),
                     0);
    assert_true(allocated(0) >= DISK_SIZE);
    assert_disk(0, 65536, "in the middle");
}
#endif

/* Where nothing is reserved, zeros give room back. */
static void
test_holes_elsewhere(void **state)
{
    (void)state;
    assert_int_equal(send_write(1, 1, 0, "written"), 0);
    assert_true(allocated(1) > 0);
    assert_int_equal(send_zeros(1, 1, 0, DISK_SIZE), 0);
    assert_int_equal(allocated(1), 0);
}

/* Makes disk 0 a file of a tmpfs of 16 MiB, of which the last one is its edge. */
static bool
on_small(uint64_t capacity)
{
    struct ft_replica_disk *d = &replica.disks[0];

    mkdir("small", 0700);
    if (unshare(CLONE_NEWNS) ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("none", "small", "tmpfs", 0, "size=16m"))
        return false;
    close(d->fd);
    free(d->path);
    d->path = strdup("small/disk");
    d->fd = open(d->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(d->fd, (off_t)capacity), 0);
    return true;
}

static void
leave_small(void)
{
    close(replica.disks[0].fd);
    replica.disks[0].fd = -1;
    assert_int_equal(umount2("small", MNT_DETACH), 0);
}

static void
fill(uint64_t bytes)
{
    FT_AUTOFREE unsigned char *data = calloc(1, bytes);

    put_file_bytes("small/filler", data, bytes);
}

static void
test_whole_disk_fits(void **state)
{
    struct ft_room room;

    (void)state;
    if (!on_small(12 * MIB_BYTES))
        skip();
    fill(4 * MIB_BYTES);
    assert_int_equal(ft_room_take(replica.disks[0].fd, "small/disk",
                                  12 * MIB_BYTES, &room, &last),
                     -ENOSPC);
    assert_string_equal(last.text, FULL);
    assert_in(last.hint, "12 MiB are free, 12 MiB are needed");
    assert_int_equal(allocated(0), 0);
    fill(2 * MIB_BYTES);
    assert_int_equal(ft_room_take(replica.disks[0].fd, "small/disk",
                                  12 * MIB_BYTES, &room, &last),
                     0);
    assert_false(room.reserved);
    assert_true(room.punches);
    leave_small();
}

static int
another_epoch(uint64_t epoch)
{
    ft_replica_drop_partial(&replica);
    memset(counted, 0, sizeof(counted));
    assert_int_equal(send_write(epoch, 0, 0, "acknowledged"), 0);
    assert_int_equal(send_state(epoch, "state", NULL), 0);
    return send_end(epoch);
}

/* What is acknowledged can be written, so near the edge nothing is. */
static void
test_no_acknowledgement(void **state)
{
    (void)state;
    if (!on_small(DISK_SIZE))
        skip();
    first_copy();
    fill(14 * MIB_BYTES);
    assert_int_equal(another_epoch(2), 0);
    fill(15 * MIB_BYTES);
    assert_int_equal(another_epoch(2), -ENOSPC);
    assert_string_equal(last.text, FULL);
    assert_in(last.hint, "Make room");
    assert_disk(0, 0, "first"); /* the last one that is whole stays */
    assert_int_equal(replica.committed, 1);
    /* an epoch that writes nothing there needs nothing */
    ft_replica_drop_partial(&replica);
    memset(counted, 0, sizeof(counted));
    replica.disks[1].room.punches = true;
    assert_int_equal(send_zeros(2, 1, 0, 512), 0);
    assert_int_equal(send_state(2, "state", NULL), 0);
    commit(2);
    assert_int_equal(unlink("small/filler"), 0);
    assert_int_equal(another_epoch(3), 0);
    leave_small();
}

/* The first copy is written as it comes, and stops there, too. */
static void
test_first_copy_stops(void **state)
{
    FT_AUTOFREE unsigned char *data =
        calloc(1, FT_DISK_WRITE_HEADER_SIZE + MIB_BYTES);
    uint64_t free_bytes;
    struct statvfs fs;
    int rc = 0;

    (void)state;
    if (!on_small(40 * MIB_BYTES))
        skip();
    replica.disk_sizes[0] = 40 * MIB_BYTES;
    for (unsigned i = 0; !rc && i < 40; i++) {
        ft_put_le32(data + 4, (uint32_t)MIB_BYTES);
        ft_put_le64(data + 8, i % 8 * MIB_BYTES);
        rc = send_frame(1, FT_FRAME_DISK_WRITE, 0, data,
                        FT_DISK_WRITE_HEADER_SIZE + MIB_BYTES);
    }
    assert_int_equal(rc, -ENOSPC);
    assert_string_equal(last.text, FULL);
    assert_int_equal(statvfs("small", &fs), 0);
    free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    assert_true(free_bytes >= MIB_BYTES);
    leave_small();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edge),
#ifdef FT_FAULT_INJECTION
        TEST(test_reservation_fails),
#endif
        TEST(test_reservation_stays), TEST(test_holes_elsewhere),
        TEST(test_whole_disk_fits),   TEST(test_no_acknowledgement),
        TEST(test_first_copy_stops),
    };

    setenv("FT_FAULTS", "replica-reserve=28", 1);
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
