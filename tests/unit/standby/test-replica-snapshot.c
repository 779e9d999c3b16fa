/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A replica as it was after one epoch, while further ones are applied to it. */
#include "config.h"

#include "tests/unit/standby/standby-fixture.h"

#include <pthread.h>
#include <sched.h>

#include "base/clock.h"
#include "base/fault.h"
#include "standby/replica-snapshot.h"
#include "standby/snapshot-slot.h"

#define STATE_TWO "state of epoch two ................."
#define STATE_THREE "state of epoch three ..............."
#define STORE (UINT64_C(4) << 20)

static struct ft_replica_snapshot snapshot;

static int
begin_with_slot(void **state)
{
    int rc = begin(state);

    replica.slot = ft_snapshot_slot_new();
    return rc;
}

static int
end_with_slot(void **state)
{
    struct ft_snapshot_slot *slot = replica.slot;

    ft_replica_snapshot_end(&replica, &snapshot);
    end(state);
    assert_ptr_equal(replica.slot, slot);
    ft_snapshot_slot_free(slot);
    return 0;
}

static int
take(struct ft_replica_snapshot *out)
{
    struct ft_chunk_store *store;

    assert_int_equal(ft_chunk_store_new(".", STORE, &store, &last), 0);
    return ft_replica_snapshot_take(&replica, store, NULL, NULL, out, &last);
}

static void
assert_was(unsigned disk, const char *text)
{
    char found[64] = "";

    assert_int_equal(ft_disk_snapshot_read(snapshot.disks, disk, 0, found,
                                           strlen(text)),
                     0);
    assert_string_equal(found, text);
}

static void
test_stays_at_its_epoch(void **state)
{
    (void)state;
    first_copy();
    assert_int_equal(send_write(2, 1, 0, "second"), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    /* acknowledged, and not applied: it is of the epoch before */
    assert_int_equal(send_end(2), 0);
    assert_int_equal(take(&snapshot), 0);
    assert_int_equal(snapshot.epoch, 1);
    assert_int_equal(snapshot.n_disks, 2);
    assert_string_equal(snapshot.targets[1], "vdb");
    commit(2);
    assert_disk(1, 0, "second");
    assert_int_equal(send_write(3, 0, 0, "third"), 0);
    assert_int_equal(send_zeros(3, 1, 0, DISK_SIZE), 0);
    assert_int_equal(send_state(3, STATE_THREE, NULL), 0);
    commit(3);
    assert_was(0, "first");
    assert_was(1, "first");
    assert_int_equal(snapshot.state.size, strlen(STATE_ONE));
    assert_memory_equal(snapshot.state.data, STATE_ONE, strlen(STATE_ONE));
    /* what ends a rehearsal is nothing to it */
    ft_snapshot_slot_end_memory(replica.slot, &last);
    assert_false(ft_disk_snapshot_ended(snapshot.disks, NULL));
    /* its end leaves the replica as it is, and the next one is of now */
    ft_replica_snapshot_end(&replica, &snapshot);
    ft_replica_snapshot_end(&replica, &snapshot);
    assert_int_equal(take(&snapshot), 0);
    assert_int_equal(snapshot.epoch, 3);
    assert_was(0, "third");
}

static void
test_when_there_is_none(void **state)
{
    struct ft_replica_snapshot other;

    (void)state;
    assert_int_equal(take(&snapshot), -EAGAIN);
    assert_int_equal(send_pages(1, 0, 0, 1, 1), 0);
    assert_int_equal(take(&snapshot), -EAGAIN);
    assert_null(snapshot.disks);
    first_copy();
    assert_false(ft_snapshot_slot_is_taken(replica.slot));
    assert_int_equal(take(&snapshot), 0);
    assert_true(ft_snapshot_slot_is_taken(replica.slot));
    assert_int_equal(take(&other), -EBUSY);
    assert_null(other.disks);
    assert_was(0, "first");
    ft_replica_snapshot_end(&replica, &snapshot);
    assert_false(ft_snapshot_slot_is_taken(replica.slot));
}

static int
take_changes(const char *since, const char *name,
             struct ft_replica_changes *changes)
{
    struct ft_chunk_store *store;

    *changes = (struct ft_replica_changes){ .since = since, .name = name };
    assert_int_equal(ft_chunk_store_new(".", STORE, &store, &last), 0);
    return ft_replica_snapshot_take(&replica, store, NULL, changes, &snapshot,
                                    &last);
}

/* What epochs wrote since an earlier snapshot; a new copy knows of none. */
static void
test_changes(void **state)
{
    struct ft_replica_changes changes;
    uint64_t run;

    (void)state;
    first_copy();
    assert_int_equal(take_changes("other", "a", &changes), 0);
    assert_null(changes.changed);
    assert_true(changes.marked);
    ft_replica_snapshot_end(&replica, &snapshot);
    assert_int_equal(send_write(2, 1, 0, "second"), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    commit(2);
    assert_int_equal(take_changes("a", NULL, &changes), 0);
    assert_false(changes.marked);
    assert_non_null(changes.changed);
    assert_false(ft_chunk_set_has(changes.changed, 0, 0, 10, &run));
    assert_true(ft_chunk_set_has(changes.changed, 1, 0, 10, &run));
    ft_chunk_set_free(changes.changed);
}

/* Its memory is of the same epoch, in another QEMU's. */
static void
test_with_memory(void **state)
{
    struct ft_ram_block blocks[2];
    struct ft_memory_of here = { getpid(), replica.blocks, 2 };
    struct ft_memory_of there = { getpid(), blocks, 2 };
    struct ft_memory_snapshot *memory_snapshot;
    struct ft_chunk_store *store;
    unsigned char *other[2];

    (void)state;
    first_copy();
    for (int i = 0; i < 2; i++) {
        other[i] = calloc(1, BLOCK_SIZE);
        blocks[i] = replica.blocks[i];
        blocks[i].host = (uintptr_t)other[i];
    }
    assert_int_equal(ft_memory_snapshot_new(&here, &there, &memory_snapshot,
                                            &last),
                     0);
    assert_int_equal(ft_chunk_store_new(".", STORE, &store, &last), 0);
    assert_int_equal(ft_replica_snapshot_take(&replica, store, memory_snapshot,
                                              NULL, &snapshot, &last),
                     0);
    ft_memory_snapshot_unref(memory_snapshot);
    assert_int_equal(send_pages(2, 0, 10, 4, 0x22), 0);
    assert_int_equal(send_pages(2, 1, 0, BLOCK_PAGES, 0), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    commit(2);
    assert_int_equal(page_value(0, 10), 0x22);
    assert_int_equal(ft_memory_snapshot_bring(snapshot.memory), 0);
    for (size_t at = 0; at < BLOCK_SIZE; at++)
        assert_true(other[0][at] == 1 && other[1][at] == 1);
    ft_snapshot_slot_end_memory(replica.slot, &last);
    assert_true(ft_memory_snapshot_ended(snapshot.memory, NULL));
    free(other[0]);
    free(other[1]);
}

/* A copy that is made anew takes its snapshot with it; so does who needs it. */
static void
test_ends_with_the_copy(void **state)
{
    const struct ft_error needed = { ECANCELED, "it takes over", "", NULL };
    struct ft_disk_snapshot *reader;
    struct ft_error why = FT_ERROR_INIT;
    char data[5];

    (void)state;
    first_copy();
    assert_int_equal(take(&snapshot), 0);
    reader = ft_disk_snapshot_ref(snapshot.disks);
    ft_replica_clear(&replica);
    assert_true(ft_disk_snapshot_ended(reader, &why));
    assert_int_equal(why.code, ECANCELED);
    assert_int_equal(ft_disk_snapshot_read(reader, 0, 0, data, 5), -ESTALE);
    ft_disk_snapshot_unref(reader);
    ft_replica_snapshot_end(&replica, &snapshot);

    end_with_slot(state);
    begin_with_slot(state);
    first_copy();
    assert_int_equal(take(&snapshot), 0);
    ft_snapshot_slot_end(replica.slot, &needed);
    assert_true(ft_disk_snapshot_ended(snapshot.disks, &why));
    assert_string_equal(why.text, "it takes over");
    ft_snapshot_slot_end(replica.slot, &needed);
    ft_snapshot_slot_end(NULL, &needed);
    /* what others were stopped for goes on */
    assert_int_equal(send_write(2, 0, 0, "second"), 0);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    commit(2);
    assert_disk(0, 0, "second");
}

#define LARGE (UINT64_C(16) << 20)
#define TRIES 200

struct writer {
    struct ft_disk_log *log;
    int64_t ended_ns;
};

static void *
keep_all(void *opaque)
{
    struct writer *writer = opaque;

    ft_snapshot_slot_keep(replica.slot, writer->log, NULL);
    writer->ended_ns = ft_clock_ns();
    return NULL;
}

/*
 * An epoch overwrites much, and the copy is needed meanwhile. True: the end came in
 * the middle of the keeping, which took *left_ns more then.
 */
static bool
end_in_the_middle(int fd, struct writer *writer, int64_t *left_ns)
{
    const struct ft_error needed = { ECANCELED, "it takes over", "", NULL };
    const struct ft_snapshot_disk disk = { fd, LARGE };
    struct ft_disk_snapshot *disks;
    struct ft_chunk_store *store;
    pthread_t thread;
    int64_t at;
    bool middle;

    assert_int_equal(ft_chunk_store_new(".", 2 * LARGE, &store, &last), 0);
    assert_int_equal(ft_disk_snapshot_new(&disk, 1, store, &disks, &last), 0);
    assert_int_equal(ft_snapshot_slot_put(replica.slot, disks, NULL, &last), 0);
    writer->ended_ns = 0;
    assert_int_equal(pthread_create(&thread, NULL, keep_all, writer), 0);
    while (!ft_snapshot_slot_keeps(replica.slot) &&
           !ft_disk_snapshot_kept(disks))
        sched_yield();
    at = ft_clock_ns();
    ft_snapshot_slot_end(replica.slot, &needed);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(ft_snapshot_slot_keeps(replica.slot));
    middle = ft_disk_snapshot_kept(disks) < LARGE;
    *left_ns = writer->ended_ns - at;
    ft_disk_snapshot_unref(disks);
    return middle;
}

/* What is kept, and for how long, is nothing to a takeover. */
static void
test_keeping_ends_at_once(void **state)
{
    FT_AUTOCLOSE int fd = open("large", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    FT_AUTOFREE void *data = malloc(LARGE);
    struct writer writer;
    int64_t left_ns = INT64_MAX;
    int tries = 0;

    (void)state;
    assert_non_null(data);
    memset(data, 7, LARGE);
    assert_int_equal(ft_pwrite_full(fd, data, LARGE, 0), 0);
    assert_int_equal(ft_disk_log_new(".", LARGE, &writer.log, &last), 0);
    assert_int_equal(ft_disk_log_append_zero(writer.log, 0, 0, LARGE, 1, &last),
                     0);
    assert_false(ft_snapshot_slot_keeps(NULL));
    while (!end_in_the_middle(fd, &writer, &left_ns))
        assert_true(++tries < TRIES);
    print_message("# the keeping ended %.2f ms after the copy was needed\n",
                  (double)left_ns / FT_NS_PER_MS);
    ft_disk_log_free(writer.log);
}

#ifdef FT_FAULT_INJECTION
/* An epoch has no room: what is kept for the snapshot is given to it. */
static void
test_gives_way(void **state)
{
    struct ft_error why = FT_ERROR_INIT;

    (void)state;
    first_copy();
    assert_int_equal(send_write(2, 0, 0, "first write staged"), 0);
    assert_int_equal(take(&snapshot), 0);
    put_file_bytes("faults", "disk-log-append=28", 18);
    ft_fault_load("faults");
    assert_int_equal(send_write(2, 1, 0, "second"), 0);
    assert_true(ft_disk_snapshot_ended(snapshot.disks, &why));
    assert_int_equal(why.code, ENOSPC);
    assert_int_equal(send_state(2, STATE_TWO, NULL), 0);
    commit(2);
    assert_disk(1, 0, "second");
    /* without one it is the epoch's failure */
    put_file_bytes("faults", "disk-log-append=28", 18);
    ft_fault_load("faults");
    assert_int_equal(send_write(3, 1, 0, "third"), -ENOSPC);
}
#endif

int
main(void)
{
#define SLOT_TEST(name) \
    cmocka_unit_test_setup_teardown(name, begin_with_slot, end_with_slot)
    const struct CMUnitTest tests[] = {
        SLOT_TEST(test_stays_at_its_epoch),
        SLOT_TEST(test_when_there_is_none),
        SLOT_TEST(test_with_memory),
        SLOT_TEST(test_ends_with_the_copy),
        SLOT_TEST(test_changes),
        SLOT_TEST(test_keeping_ends_at_once),
#ifdef FT_FAULT_INJECTION
        SLOT_TEST(test_gives_way),
#endif
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
