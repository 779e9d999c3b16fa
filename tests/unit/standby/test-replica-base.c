/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a replica is the base of: the record survives, whatever somebody else does
 * to the files is seen, what we do is not; and only what is on the storage counts.
 */
#include "config.h"

#include "tests/unit/standby/standby-fixture.h"

#include <time.h>

#include "standby/write-back.h"

#define ID "01234567-89ab-cdef-0123-456789abcdef"
#define OTHER "11111111-89ab-cdef-0123-456789abcdef"

static struct ft_seal_disk disks[2];
static struct ft_replica_base had;
static int fds[2];

static void
open_files(void)
{
    for (int i = 0; i < 2; i++) {
        const char *path = i ? "vdb" : "vda";

        fds[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fds[i] >= 0);
        assert_int_equal(ftruncate(fds[i], 8192), 0);
        disks[i] = (struct ft_seal_disk){ path, NULL, fds[i] };
    }
}

static void
close_files(void)
{
    for (int i = 0; i < 2; i++) {
        close(fds[i]);
        unlink(disks[i].target);
    }
    unlink("base.json");
}

static void
choose(struct ft_replica_seals *seals, const char *is, const char *next)
{
    json_t *wanted = json_pack("{s:s*,s:s}", "is", is, "next", next);

    for (int i = 0; i < 2; i++)
        disks[i].differs = ft_replica_base_differs(&had, (size_t)i,
                                                   disks[i].target, disks[i].fd);
    ft_replica_choose_base(seals, &had, wanted, disks, 2);
    json_decref(wanted);
}

/* A complete copy with this id, as its record says. */
static void
make_copy(struct ft_replica_seals *seals)
{
    open_files();
    memset(&had, 0, sizeof(had));
    choose(seals, NULL, ID);
    assert_false(seals->based);
    assert_string_equal(seals->base.id, ID);
    assert_true(ft_replica_seal(seals, fds, 2, true));
    assert_int_equal(ft_replica_base_save(".", &seals->base), 0);
    assert_int_equal(ft_replica_base_load(".", &had, &last), 0);
    assert_memory_equal(&had, &seals->base, sizeof(had));
}

static void
test_it_is_what_it_was(void **state)
{
    struct ft_replica_seals seals, again;

    (void)state;
    make_copy(&seals);
    assert_int_equal(pwrite(fds[0], "x", 1, 0), 1); /* ours */
    assert_true(ft_replica_seal(&seals, fds, 2, false));
    choose(&again, ID, OTHER);
    assert_true(again.based);
    assert_string_equal(again.why, "");
    assert_string_equal(again.base.id, ID);
    close_files();
}

static void
expect(const char *is, const char *disk, const char *why)
{
    struct ft_replica_seals seals;

    choose(&seals, is, OTHER);
    assert_false(seals.based);
    assert_string_equal(seals.disk, disk);
    assert_string_equal(seals.why, why);
    assert_string_equal(seals.base.id, OTHER);
    assert_int_equal(seals.base.n, 2);
}

static void
test_anything_else_is_seen(void **state)
{
    struct ft_replica_seals seals;

    (void)state;
    make_copy(&seals);
    expect(OTHER, "", "it has no copy that goes with what was kept");
    expect(NULL, "", "");
    assert_int_equal(pwrite(fds[1], "x", 1, 0), 1);
    expect(ID, "vdb",
           "it was written by somebody else, or when the host went down");
    assert_true(ft_replica_seal(&seals, fds, 2, false));
    assert_int_equal(ftruncate(fds[0], 4096), 0);
    assert_true(ft_replica_seal(&seals, fds, 2, false));
    expect(ID, "vda", "its size was changed");
    close_files();
    make_copy(&seals);
    close(fds[0]);
    assert_int_equal(rename("vda", "old"), 0);
    fds[0] = disks[0].fd = open("vda", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fds[0], 8192), 0);
    assert_true(ft_replica_seal(&seals, fds, 2, false));
    expect(ID, "vda", "it is another file");
    disks[1].target = "vdc";
    expect(ID, "vda", "it is another file");
    had.n = 1;
    expect(ID, "", "the VM had other disks");
    disks[1].target = "vdb";
    close_files();
}

static void
test_a_broken_seal_is_never_set_again(void **state)
{
    struct ft_replica_seals seals;

    (void)state;
    make_copy(&seals);
    assert_true(ft_replica_check_seals(&seals, fds, 2));
    assert_int_equal(pwrite(fds[1], "x", 1, 0), 1);
    assert_true(ft_replica_check_seals(&seals, fds, 1));
    assert_false(ft_replica_check_seals(&seals, fds, 2));
    assert_false(ft_replica_seal(&seals, fds, 2, true));
    assert_false(ft_replica_base_is_sealed(&had, fds[1]));
    assert_false(ft_replica_check_seals(&seals, fds, 1));
    close_files();
}

/* A device, or an id that is none, is never a base; the copy goes on. */
static void
test_what_cannot_be_one(void **state)
{
    struct ft_replica_seals seals;
    json_t *wanted = json_pack("{s:s}", "next", ID);
    int device = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)state;
    open_files();
    memset(&had, 0, sizeof(had));
    choose(&seals, NULL, "nothing");
    assert_string_equal(seals.base.id, "");
    assert_false(ft_replica_seal(&seals, fds, 2, true));
    disks[1].fd = device;
    ft_replica_choose_base(&seals, &had, wanted, disks, 2);
    assert_string_equal(seals.base.id, "");
    ft_replica_choose_base(&seals, &had, NULL, disks, 2);
    assert_false(seals.based);
    json_decref(wanted);
    close(device);
    close_files();
}

static void
test_records_that_are_none(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "{\"id\":\"x\",\"seal\":1,\"disks\":[]}",
        "{\"id\":\"" ID "\",\"disks\":[]}",
        "{\"id\":\"" ID "\",\"seal\":-1,\"disks\":[]}",
        "{\"id\":\"" ID "\",\"seal\":1}",
        "{\"id\":\"" ID "\",\"seal\":1,\"disks\":[{\"target\":\"vda\"}]}",
        "{\"id\":\"" ID "\",\"seal\":1,\"disks\":[1]}",
    };

    (void)state;
    assert_int_equal(ft_replica_base_load(".", &had, &last), -ENOENT);
    for (size_t i = 0; i < FT_ARRAY_SIZE(texts); i++) {
        put_file("base.json", texts[i]);
        assert_int_equal(ft_replica_base_load(".", &had, &last), -EINVAL);
        assert_string_equal(had.id, "");
        assert_int_equal(had.n, 0);
    }
    unlink("base.json");
}

/* ----- what is on the storage ----- */

static void
wait_for_durable(struct ft_write_back *wb, uint64_t epoch)
{
    for (int i = 0; ft_write_back_durable(wb) != epoch && i < 30000; i++)
        nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
    assert_int_equal(ft_write_back_durable(wb), epoch);
}

static void
test_durable_once_recorded(void **state)
{
    struct ft_write_back *wb = ft_write_back_new();
    struct ft_replica_seals seals;

    (void)state;
    make_copy(&seals);
    unlink("base.json");
    assert_int_equal(ft_write_back_begin(wb, fds, 2), 0);
    ft_write_back_keep_base(wb, ".", &seals.base, false);
    ft_write_back_add(wb, 1);
    while (ft_write_back_dirty(wb))
        nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
    assert_false(is_there("base.json")); /* no epoch is complete */
    assert_int_equal(ft_write_back_durable(wb), 0);
    ft_write_back_applied(wb, 1);
    ft_write_back_add(wb, 1);
    wait_for_durable(wb, 1);
    assert_int_equal(ft_replica_base_load(".", &had, &last), 0);
    assert_string_equal(had.id, ID);
    ft_write_back_drop_base(wb);
    assert_int_equal(ft_write_back_durable(wb), 0);
    ft_write_back_applied(wb, 2);
    ft_write_back_add(wb, FT_WRITE_BACK_BYTES);
    while (ft_write_back_dirty(wb))
        nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
    assert_int_equal(ft_write_back_durable(wb), 0);
    assert_int_equal(ft_write_back_begin(wb, fds, 2), 0);
    ft_write_back_keep_base(wb, "nowhere", &seals.base, false);
    ft_write_back_applied(wb, 1);
    ft_write_back_add(wb, FT_WRITE_BACK_BYTES);
    while (ft_write_back_dirty(wb))
        nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
    ft_write_back_free(wb);
    close_files();
}

static struct ft_frame
disk_frame(uint64_t epoch, uint64_t offset, unsigned char fill)
{
    static unsigned char payload[FT_DISK_WRITE_HEADER_SIZE + 512];
    struct ft_disk_change c = { 0, 0, offset, 512, NULL };

    ft_disk_write_encode(&c, payload);
    memset(payload + FT_DISK_WRITE_HEADER_SIZE, fill, 512);
    return (struct ft_frame){ .type = FT_FRAME_DISK_WRITE,
                              .epoch = epoch,
                              .payload = payload,
                              .length = sizeof(payload) };
}

/* What comes to a replica that is a base already leaves the seals as they were. */
static void
test_replica_stays_sealed(void **state)
{
    struct ft_frame f = disk_frame(1, 1024, 7);

    (void)state;
    memcpy(replica.seals.base.id, ID, sizeof(ID));
    replica.seals.base.seal_s = 1000;
    assert_true(ft_replica_seal(&replica.seals, &replica.disks[0].fd, 1, true));
    assert_int_equal(ft_replica_frame(&replica, &f, &last), 0);
    assert_true(
        ft_replica_base_is_sealed(&replica.seals.base, replica.disks[0].fd));
    assert_int_equal(pwrite(replica.disks[0].fd, "x", 1, 0), 1);
    f = disk_frame(1, 2048, 8);
    assert_int_equal(ft_replica_frame(&replica, &f, &last), 0);
    assert_string_equal(replica.seals.base.id, "");
    assert_false(ft_replica_base_is_sealed(&had, replica.disks[0].fd));
}

/* The name that both sides make of the copy's: one, and another each time. */
static void
test_id_after(void **state)
{
    char first[FT_COPY_ID_SIZE] = "0a1b2c3d-0000-4000-8000-00000000000a";
    char ids[16][FT_COPY_ID_SIZE], again[FT_COPY_ID_SIZE];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(ids); i++) {
        const char *before = i ? ids[i - 1] : first;

        ft_copy_id_after(before, ids[i]);
        assert_true(ft_replica_base_is_id(ids[i]));
        ft_copy_id_after(before, again);
        assert_string_equal(ids[i], again);
        assert_string_not_equal(ids[i], first);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    }
    first[35] = 'b';
    ft_copy_id_after(first, again);
    assert_string_not_equal(ids[0], again);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_what_it_was),
        cmocka_unit_test(test_anything_else_is_seen),
        cmocka_unit_test(test_a_broken_seal_is_never_set_again),
        cmocka_unit_test(test_what_cannot_be_one),
        cmocka_unit_test(test_records_that_are_none),
        cmocka_unit_test(test_durable_once_recorded),
        cmocka_unit_test(test_id_after),
        cmocka_unit_test_setup_teardown(test_replica_stays_sealed, begin, end),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
