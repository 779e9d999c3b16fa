/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a replica lacks: whatever is written, acknowledged, lost by a standby that
 * loses power, or cut off, the replica is equal to the disk after what was kept is
 * sent to it. Random histories against a model; and what cannot be kept is said.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "disk/disk-changes.h"

#define DISKS 2
#define SECTOR 512u
#define LIMIT (UINT64_C(8) << 20)
#define WRITES_MAX 4096
#define SEEDS 200

static const uint64_t sizes[DISKS] = { (5 * 65536) + 1536, 3 * 65536 };

struct write {
    unsigned disk;
    uint64_t offset, length;
    unsigned char fill;
    uint64_t epoch; /* of its link */
};

/*
 * The two hosts. What the standby wrote since it was last brought to the storage
 * may be there or not after it lost power: each write on its own.
 */
static struct {
    struct ft_disk_changes *changes;
    unsigned char *disk[DISKS], *replica[DISKS], *storage[DISKS];
    struct write sent[WRITES_MAX]; /* in this link, in order */
    size_t n_sent, n_applied;
    uint64_t open, committed, durable;
    size_t unsynced; /* the first one that may not be on the storage */
    bool linked, copied;
} lab;

static unsigned seed;

static unsigned
draw(unsigned below)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % below;
}

static void
put(unsigned char *const *to, const struct write *w)
{
    memset(to[w->disk] + w->offset, w->fill, w->length);
}

/* ----- the primary ----- */

static void
send_write(const struct write *w)
{
    if (!lab.linked)
        return;
    assert_true(lab.n_sent < WRITES_MAX);
    lab.sent[lab.n_sent] = *w;
    lab.sent[lab.n_sent++].epoch = lab.open;
}

static void
guest_writes(void)
{
    struct write w = { .disk = draw(DISKS), .fill = (unsigned char)draw(4) };
    uint64_t sectors = sizes[w.disk] / SECTOR;
    uint64_t most = draw(2) ? 8 : 3 * 65536 / SECTOR;
    unsigned char data[3 * 65536];

    w.offset = draw((unsigned)sectors);
    w.length = 1 + draw((unsigned)FT_MIN(sectors - w.offset, most));
    w.offset *= SECTOR;
    w.length *= SECTOR;
    put(lab.disk, &w);
    memset(data, w.fill, w.length);
    if (w.fill)
        ft_disk_changes_write(lab.changes, w.disk, w.offset, data, w.length);
    else
        ft_disk_changes_zero(lab.changes, w.disk, w.offset, w.length);
    send_write(&w);
}

/* What is kept goes over, with writes between. */
static void
send_changes(unsigned writes_between)
{
    struct ft_disk_changes_walk walk = { 0 };
    struct ft_disk_changes_run run;
    unsigned char data[FT_CHUNK_SIZE];
    int rc;

    ft_disk_changes_again(lab.changes);
    while ((rc = ft_disk_changes_next(lab.changes, &walk, &run, data)) > 0) {
        struct write w = { .disk = run.disk, .offset = run.offset };

        assert_true(run.length && run.length <= FT_CHUNK_SIZE);
        for (w.length = SECTOR; w.offset < run.offset + run.length;
             w.offset += SECTOR) {
            w.fill = run.zero ? 0 : data[w.offset - run.offset];
            send_write(&w);
        }
        if (writes_between && draw(4) == 0)
            guest_writes();
    }
    assert_int_equal(rc, 0);
}

static void
primary_settles(void)
{
    ft_disk_changes_settle(lab.changes, lab.open, lab.durable);
}

/* ----- the standby ----- */

/* Epoch 1 is written as it comes, and so are parts of it when the link goes. */
static void
apply(uint64_t epoch, size_t at_most)
{
    for (; lab.n_applied < lab.n_sent && at_most; lab.n_applied++, at_most--) {
        if (lab.sent[lab.n_applied].epoch > epoch)
            break;
        put(lab.replica, &lab.sent[lab.n_applied]);
    }
}

static void
sync_replica(void)
{
    for (int i = 0; i < DISKS; i++)
        memcpy(lab.storage[i], lab.replica[i], sizes[i]);
    lab.unsynced = lab.n_applied;
    lab.durable = lab.committed;
}

/* Of what was not brought to the storage any part is there, in any order. */
static void
lose_power(void)
{
    for (size_t i = lab.unsynced; i < lab.n_applied; i++)
        if (draw(2))
            put(lab.storage, &lab.sent[i]);
    for (int i = 0; i < DISKS; i++)
        memcpy(lab.replica[i], lab.storage[i], sizes[i]);
}

static void
end_link(void)
{
    apply(lab.committed ? lab.committed + draw(2) : 1, draw(8));
    if (draw(3) == 0)
        lose_power();
    lab.linked = false;
}

static void
begin_link(void)
{
    /* what the dead link left in the cache may get to the storage, or not */
    lab.n_sent = lab.n_applied = lab.unsynced = 0;
    lab.open = 1;
    lab.committed = lab.durable = 0;
    lab.linked = true;
}

/* ----- a copy ----- */

static void
compare(void)
{
    for (int i = 0; i < DISKS; i++)
        if (memcmp(lab.disk[i], lab.replica[i], sizes[i]))
            fail_msg("seed %u: disk %d differs", seed, i);
}

static void
commit(void)
{
    lab.open++;
    apply(lab.open - 1, SIZE_MAX);
    lab.committed = lab.open - 1;
}

static void
copy_all(void)
{
    begin_link();
    for (int i = 0; i < DISKS; i++)
        memcpy(lab.replica[i], lab.disk[i], sizes[i]);
    ft_disk_changes_begin(lab.changes);
}

/* False: what is kept was not all, and a comparison is needed. */
static bool
copy_changes(void)
{
    if (ft_disk_changes_missing(lab.changes))
        return false;
    begin_link();
    send_changes(1);
    return true;
}

static void
step(void)
{
    switch (draw(8)) {
    case 0:
    case 1:
    case 2:
        guest_writes();
        break;
    case 3:
    case 4:
        if (lab.linked)
            commit();
        break;
    case 5:
        if (lab.linked)
            sync_replica();
        break;
    case 6:
        if (lab.linked)
            primary_settles();
        break;
    default:
        if (!lab.linked || draw(4))
            break;
        end_link();
    }
}

static void
open_lab(uint64_t limit)
{
    struct ft_error err = FT_ERROR_INIT;

    memset(&lab, 0, sizeof(lab));
    if (ft_disk_changes_new(".", DISKS, limit, &lab.changes, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < DISKS; i++) {
        lab.disk[i] = calloc(1, sizes[i]);
        lab.replica[i] = calloc(1, sizes[i]);
        lab.storage[i] = calloc(1, sizes[i]);
    }
}

static void
close_lab(void)
{
    for (int i = 0; i < DISKS; i++) {
        free(lab.disk[i]);
        free(lab.replica[i]);
        free(lab.storage[i]);
    }
    ft_disk_changes_free(lab.changes);
}

/* The replica that is compared is the one that a takeover would go on with. */
static void
run_history(unsigned *by_changes)
{
    open_lab(LIMIT);
    copy_all();
    for (int i = 0; i < 400; i++) {
        step();
        if (lab.linked || draw(6))
            continue;
        if (copy_changes())
            (*by_changes)++;
        else
            copy_all();
        if (draw(5) == 0) { /* cut again, before it is complete */
            end_link();
            continue;
        }
        commit();
        compare();
    }
    close_lab();
}

static void
test_random_histories(void **state)
{
    unsigned by_changes = 0;

    (void)state;
    for (unsigned i = 1; i <= SEEDS; i++) {
        seed = i;
        run_history(&by_changes);
    }
    assert_true(by_changes > SEEDS);
}

/* ----- by hand ----- */

static uint64_t
walk_bytes(void)
{
    struct ft_disk_changes_walk walk = { 0 };
    struct ft_disk_changes_run run;
    unsigned char data[FT_CHUNK_SIZE];
    uint64_t bytes = 0;

    while (ft_disk_changes_next(lab.changes, &walk, &run, data) > 0)
        bytes += run.length;
    return bytes;
}

static void
test_nothing_is_known_before_it_is_durable(void **state)
{
    unsigned char data[SECTOR] = { 1 };

    (void)state;
    open_lab(LIMIT);
    assert_non_null(ft_disk_changes_missing(lab.changes));
    ft_disk_changes_begin(lab.changes);
    ft_disk_changes_write(lab.changes, 0, 0, data, SECTOR);
    ft_disk_changes_settle(lab.changes, 2, 0);
    assert_non_null(ft_disk_changes_missing(lab.changes));
    ft_disk_changes_settle(lab.changes, 3, 1);
    assert_null(ft_disk_changes_missing(lab.changes));
    assert_int_equal(ft_disk_changes_bytes(lab.changes), SECTOR);
    ft_disk_changes_settle(lab.changes, 4, 2); /* it may be of epoch 3 */
    assert_int_equal(ft_disk_changes_bytes(lab.changes), SECTOR);
    ft_disk_changes_settle(lab.changes, 4, 3);
    assert_int_equal(ft_disk_changes_bytes(lab.changes), 0);
    assert_null(ft_disk_changes_missing(lab.changes));
    close_lab();
}

static void
make_known(void)
{
    open_lab(LIMIT);
    ft_disk_changes_begin(lab.changes);
    ft_disk_changes_settle(lab.changes, 1, 1);
    assert_null(ft_disk_changes_missing(lab.changes));
}

static void
test_written_again_is_sent_once(void **state)
{
    unsigned char data[65536];

    (void)state;
    make_known();
    memset(data, 7, sizeof(data));
    for (int i = 0; i < 100; i++)
        ft_disk_changes_write(lab.changes, 1, 4096, data, 8192);
    ft_disk_changes_zero(lab.changes, 1, 8192, SECTOR);
    assert_int_equal(ft_disk_changes_bytes(lab.changes), 8192);
    assert_int_equal(walk_bytes(), 8192);
    close_lab();
}

static void
test_too_much_is_missing_and_heals(void **state)
{
    unsigned char data[65536] = { 1 };
    uint64_t at;

    (void)state;
    make_known();
    for (at = 0; at < LIMIT; at += sizeof(data))
        ft_disk_changes_write(lab.changes, 0, at, data, sizeof(data));
    assert_null(ft_disk_changes_missing(lab.changes));
    ft_disk_changes_write(lab.changes, 0, at, data, SECTOR);
    assert_string_equal(ft_disk_changes_missing(lab.changes),
                        "more was written than is kept");
    assert_int_equal(walk_bytes(), 0);
    ft_disk_changes_write(lab.changes, 0, 0, data, SECTOR);
    assert_int_equal(ft_disk_changes_bytes(lab.changes), 0);
    ft_disk_changes_settle(lab.changes, 5, 4);
    ft_disk_changes_write(lab.changes, 0, 0, data, SECTOR);
    assert_non_null(ft_disk_changes_missing(lab.changes));
    ft_disk_changes_settle(lab.changes, 6, 5);
    assert_null(ft_disk_changes_missing(lab.changes));
    assert_int_equal(ft_disk_changes_bytes(lab.changes), SECTOR);
    close_lab();
}

static void
test_a_larger_limit_takes_more(void **state)
{
    unsigned char data[65536] = { 1 };

    (void)state;
    make_known();
    ft_disk_changes_limit(lab.changes, 2 * LIMIT);
    for (uint64_t at = 0; at < 2 * LIMIT; at += sizeof(data))
        ft_disk_changes_write(lab.changes, 0, at, data, sizeof(data));
    assert_null(ft_disk_changes_missing(lab.changes));
    assert_int_equal(walk_bytes(), 2 * LIMIT);
    close_lab();
}

/* A whole disk that is trimmed is not walked through, chunk by chunk. */
static void
test_a_large_trim_is_missing(void **state)
{
    (void)state;
    make_known();
    ft_disk_changes_zero(lab.changes, 0, 0, UINT64_C(1) << 50);
    assert_non_null(ft_disk_changes_missing(lab.changes));
    close_lab();
}

static void
test_what_has_no_sectors_is_missing(void **state)
{
    unsigned char data[1024] = { 1 };

    (void)state;
    make_known();
    ft_disk_changes_write(lab.changes, 0, 1, data, SECTOR);
    assert_non_null(ft_disk_changes_missing(lab.changes));
    close_lab();
    make_known();
    ft_disk_changes_write(lab.changes, 0, 0, data, 100);
    assert_non_null(ft_disk_changes_missing(lab.changes));
    close_lab();
    make_known();
    ft_disk_changes_write(lab.changes, DISKS, 0, data, SECTOR);
    assert_non_null(ft_disk_changes_missing(lab.changes));
    ft_disk_changes_zero(lab.changes, 0, 0, 0);
    close_lab();
}

#ifdef FT_FAULT_INJECTION
static void
test_what_cannot_be_written_is_missing(void **state)
{
    unsigned char data[SECTOR] = { 1 };

    (void)state;
    put_file("faults", "disk-changes-write=5");
    ft_fault_load("faults");
    make_known();
    ft_disk_changes_write(lab.changes, 0, 0, data, SECTOR);
    assert_string_equal(ft_disk_changes_missing(lab.changes),
                        "what was written could not be kept");
    close_lab();
}
#endif

static void
test_no_folder(void **state)
{
    struct ft_disk_changes *changes;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_disk_changes_new("nowhere", 1, LIMIT, &changes, &err),
                     -ENOENT);
    assert_in(err.text, "nowhere");
    ft_disk_changes_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_histories),
        cmocka_unit_test(test_nothing_is_known_before_it_is_durable),
        cmocka_unit_test(test_written_again_is_sent_once),
        cmocka_unit_test(test_too_much_is_missing_and_heals),
        cmocka_unit_test(test_a_larger_limit_takes_more),
        cmocka_unit_test(test_a_large_trim_is_missing),
        cmocka_unit_test(test_what_has_no_sectors_is_missing),
#ifdef FT_FAULT_INJECTION
        cmocka_unit_test(test_what_cannot_be_written_is_missing),
#endif
        cmocka_unit_test(test_no_folder),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
