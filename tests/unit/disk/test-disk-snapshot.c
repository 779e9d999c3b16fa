/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot of disks whose writer goes on: what readers get is what was there,
 * whatever is written, in whatever order and at the same time; and its ends.
 */
#include "config.h"

#include "tests/unit/scratch.h"
#include "tests/unit/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <libnbd.h>
#include <stdatomic.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/io.h"
#include "disk/disk-log.h"
#include "disk/disk-snapshot.h"
#include "disk/snapshot-export.h"

#define DISKS 3
#define STORE (UINT64_C(64) << 20)
#define READERS 3
#define ROUNDS 60

static const uint64_t sizes[DISKS] = { (3 << 20) + 1000, 1 << 20, 5 };
static const char *const names[DISKS] = { "vda", "vdb", "vdc" };

static int fds[DISKS];
static unsigned char *before[DISKS]; /* how they were */
static struct ft_disk_snapshot *snapshot;

static struct ft_chunk_store *
new_store(uint64_t limit)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_chunk_store *store;

    if (ft_chunk_store_new(".", limit, &store, &err))
        fail_msg("%s", err.text);
    return store;
}

static void
take(uint64_t limit)
{
    struct ft_snapshot_disk disks[DISKS];
    struct ft_error err = FT_ERROR_INIT;

    for (int i = 0; i < DISKS; i++)
        disks[i] = (struct ft_snapshot_disk){ fds[i], sizes[i] };
    assert_int_equal(ft_disk_snapshot_new(disks, DISKS, new_store(limit),
                                          &snapshot, &err),
                     0);
}

/* Random data, with a MiB of zeros in the first one. */
static int
set_up(void **state)
{
    (void)state;
    for (int i = 0; i < DISKS; i++) {
        char path[16];

        snprintf(path, sizeof(path), "disk%d", i);
        fds[i] = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        before[i] = malloc(sizes[i]);
        fill_random(before[i], sizes[i], (uint64_t)i + 1);
        if (i == 0)
            memset(before[i] + (1 << 20), 0, 1 << 20);
        assert_int_equal(ft_pwrite_full(fds[i], before[i], sizes[i], 0), 0);
    }
    take(STORE);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    ft_disk_snapshot_unref(snapshot);
    for (int i = 0; i < DISKS; i++) {
        close(fds[i]);
        free(before[i]);
    }
    return 0;
}

static void
keep_range(void *opaque, unsigned disk, uint64_t offset, uint64_t length)
{
    ft_disk_snapshot_keep(opaque, disk, offset, length);
}

/* An epoch of random changes, as the standby applies it. */
static void
write_epoch(struct ft_disk_log *log, uint64_t *random, unsigned changes)
{
    static unsigned char data[300000];
    struct ft_error err = FT_ERROR_INIT;

    for (unsigned i = 0; i < changes; i++) {
        unsigned disk = (unsigned)(next_random(random) % DISKS);
        uint64_t offset = next_random(random) % sizes[disk];
        uint64_t length =
            1 + next_random(random) %
                    FT_MIN(sizes[disk] - offset, i % 8 ? 9000 : sizeof(data));

        if (next_random(random) % 4 == 0) {
            ft_disk_log_append_zero(log, disk, offset, length, (int)(i & 1),
                                    &err);
            continue;
        }
        fill_random(data, length, next_random(random));
        assert_int_equal(ft_disk_log_append(log, disk, offset, data, length,
                                            &err),
                         0);
    }
    ft_disk_snapshot_round(snapshot);
    ft_disk_log_each(log, keep_range, snapshot);
    assert_int_equal(ft_disk_log_apply(log, fds, DISKS, &err), 0);
    assert_int_equal(ft_disk_log_reset(log), 0);
}

static struct ft_disk_log *
new_log(void)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_disk_log *log;

    assert_int_equal(ft_disk_log_new(".", STORE, &log, &err), 0);
    return log;
}

/* Any range, of most bytes at most, of any disk reads as it was. */
static bool
reads_right(uint64_t *random, unsigned char *data, uint64_t most)
{
    unsigned disk = (unsigned)(next_random(random) % DISKS);
    uint64_t offset = next_random(random) % sizes[disk];
    uint64_t length =
        1 + next_random(random) % FT_MIN(sizes[disk] - offset, most);

    return !ft_disk_snapshot_read(snapshot, disk, offset, data, length) &&
           !memcmp(data, before[disk] + offset, length);
}

/* ---- what it is for ---- */

static void
test_reads_what_was(void **state)
{
    FT_AUTOFREE unsigned char *data = malloc(sizes[0]);
    struct ft_disk_log *log = new_log();
    uint64_t random = 42;

    (void)state;
    for (int epoch = 0; epoch < 200; epoch++) {
        write_epoch(log, &random, 1 + epoch % 7);
        for (int i = 0; i < 5; i++)
            assert_true(reads_right(&random, data, UINT64_MAX));
    }
    for (unsigned i = 0; i < DISKS; i++) {
        FT_AUTOFREE unsigned char *now = malloc(sizes[i]);

        assert_int_equal(ft_disk_snapshot_read(snapshot, i, 0, data, sizes[i]),
                         0);
        assert_memory_equal(data, before[i], sizes[i]);
        assert_int_equal(ft_pread_full(fds[i], now, sizes[i], 0), 0);
        assert_memory_not_equal(now, before[i], sizes[i]);
    }
    ft_disk_log_free(log);
}

static atomic_bool writing;
static atomic_uint wrong; /* reads */

static void *
reader(void *opaque)
{
    unsigned char data[4096];
    uint64_t random = (uintptr_t)opaque;

    do
        if (!reads_right(&random, data, sizeof(data)))
            atomic_fetch_add(&wrong, 1);
    while (atomic_load(&writing));
    return NULL;
}

/* The next snapshot, of how they are now. */
static void
take_again(void)
{
    ft_disk_snapshot_unref(snapshot);
    for (int i = 0; i < DISKS; i++)
        assert_int_equal(ft_pread_full(fds[i], before[i], sizes[i], 0), 0);
    take(STORE);
}

/*
 * The same with readers and the writer at once: each chunk is overwritten for the
 * first time in each round, and that is when a reader could see it.
 */
static void
test_reads_while_written(void **state)
{
    struct ft_disk_log *log = new_log();
    pthread_t threads[READERS];
    uint64_t random = 7;

    (void)state;
    for (uintptr_t round = 0; round < ROUNDS; round++) {
        take_again();
        atomic_store(&writing, true);
        for (uintptr_t i = 0; i < READERS; i++)
            threads[i] = spawn(reader, (void *)(round * READERS + i));
        for (int epoch = 0; epoch < 20; epoch++)
            write_epoch(log, &random, 4);
        atomic_store(&writing, false);
        for (int i = 0; i < READERS; i++)
            join(threads[i]);
        assert_int_equal(atomic_load(&wrong), 0);
        assert_false(ft_disk_snapshot_ended(snapshot, NULL));
    }
    ft_disk_log_free(log);
}

static void
test_bounds(void **state)
{
    unsigned char data[16];

    (void)state;
    assert_int_equal(ft_disk_snapshot_count(snapshot), DISKS);
    assert_true(ft_disk_snapshot_size(snapshot, 0) == sizes[0]);
    assert_int_equal(ft_disk_snapshot_read(snapshot, 2, 0, data, 5), 0);
    assert_int_equal(ft_disk_snapshot_read(snapshot, 2, 5, data, 0), 0);
    assert_int_equal(ft_disk_snapshot_read(snapshot, 2, 0, data, 6), -EINVAL);
    assert_int_equal(ft_disk_snapshot_read(snapshot, 2, 6, data, 0), -EINVAL);
    assert_int_equal(ft_disk_snapshot_read(snapshot, 2, UINT64_MAX, data, 2),
                     -EINVAL);
    assert_int_equal(ft_disk_snapshot_read(snapshot, DISKS, 0, data, 1),
                     -EINVAL);
    /* a writer's range may go on behind the end, or be none of these disks' */
    ft_disk_snapshot_round(snapshot);
    ft_disk_snapshot_keep(snapshot, 2, 0, UINT64_MAX);
    ft_disk_snapshot_keep(snapshot, 2, 100, 1);
    ft_disk_snapshot_keep(snapshot, DISKS, 0, 1);
    ft_disk_snapshot_keep(snapshot, 1, 0, 0);
    assert_int_equal(ft_disk_snapshot_kept(snapshot), FT_CHUNK_SIZE);
    assert_false(ft_disk_snapshot_ended(snapshot, NULL));
}

/* ---- its holes ---- */

/* Chunks 16 to 31 of the first disk, which are zeros, as a file's hole. */
static void
punch(void)
{
    assert_int_equal(fallocate(fds[0],
                               FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                               1 << 20, 1 << 20),
                     0);
}

static void
assert_extent(uint64_t offset, uint64_t length, int kind, uint64_t expected)
{
    uint64_t run = 0;

    assert_int_equal(ft_disk_snapshot_extent(snapshot, 0, offset, length, &run),
                     kind);
    assert_int_equal(run, expected);
}

static void
test_holes(void **state)
{
    unsigned char data[FT_CHUNK_SIZE] = { 1 };
    uint64_t run;

    (void)state;
    punch();
    assert_extent(0, sizes[0], 0, 1 << 20);
    assert_extent(1 << 20, sizes[0] - (1 << 20), 1, 1 << 20);
    assert_extent((1 << 20) + 5, 10, 1, 10);
    assert_extent((2 << 20) - 5, 10, 1, 5);
    assert_extent(2 << 20, sizes[0] - (2 << 20), 0, sizes[0] - (2 << 20));
    /* what comes into a hole, and where data goes: it is as it was */
    ft_disk_snapshot_round(snapshot);
    ft_disk_snapshot_keep(snapshot, 0, 17 * FT_CHUNK_SIZE, 1);
    assert_int_equal(ft_pwrite_full(fds[0], data, sizeof(data),
                                    17 * FT_CHUNK_SIZE),
                     0);
    ft_disk_snapshot_keep(snapshot, 0, FT_CHUNK_SIZE, FT_CHUNK_SIZE);
    assert_int_equal(fallocate(fds[0],
                               FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                               FT_CHUNK_SIZE, FT_CHUNK_SIZE),
                     0);
    assert_extent(0, sizes[0], 0, 1 << 20);
    assert_extent(1 << 20, 1 << 20, 1, 1 << 20);
    assert_int_equal(ft_disk_snapshot_extent(snapshot, 0, 0, sizes[0] + 1, &run),
                     -EINVAL);
    assert_int_equal(ft_disk_snapshot_extent(snapshot, DISKS, 0, 1, &run),
                     -EINVAL);
    assert_int_equal(ft_disk_snapshot_extent(snapshot, 0, 0, 0, &run), -EINVAL);
    ft_disk_snapshot_end(snapshot,
                         &(struct ft_error){ ECANCELED, "over", "", NULL });
    assert_int_equal(ft_disk_snapshot_extent(snapshot, 0, 0, 1, &run), -ESTALE);
}

/*
 * A guest that trims its disk (fstrim) says more in one epoch than could be read in
 * its time; what is a hole already need not be.
 */
static void
test_keeps_large_holes(void **state)
{
    const uint64_t size = UINT64_C(8) << 30;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_snapshot_disk disk = { .size = size };
    struct ft_disk_snapshot *large;
    unsigned char data[2] = { 0, 7 };
    uint64_t run = 0;

    (void)state;
    disk.fd = open("large", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(ft_pwrite_full(disk.fd, data + 1, 1, size / 2 + 5), 0);
    assert_int_equal(ftruncate(disk.fd, (off_t)size), 0);
    assert_int_equal(ft_disk_snapshot_new(&disk, 1, new_store(size / 2), &large,
                                          &err),
                     0);
    ft_disk_snapshot_round(large);
    ft_disk_snapshot_keep(large, 0, 0, size);
    assert_false(ft_disk_snapshot_ended(large, NULL));
    assert_int_equal(ft_disk_snapshot_kept(large), FT_CHUNK_SIZE);
    /* all of it is kept: what is written now nobody sees */
    assert_int_equal(ft_pwrite_full(disk.fd, data + 1, 1, 1 << 20), 0);
    assert_int_equal(ft_pwrite_full(disk.fd, data, 1, size / 2 + 5), 0);
    assert_int_equal(ft_disk_snapshot_read(large, 0, 1 << 20, data, 1), 0);
    assert_int_equal(data[0], 0);
    assert_int_equal(ft_disk_snapshot_read(large, 0, size / 2 + 5, data, 1), 0);
    assert_int_equal(data[0], 7);
    assert_int_equal(ft_disk_snapshot_extent(large, 0, 0, size / 2, &run), 1);
    assert_int_equal(run, size / 2);
    ft_disk_snapshot_unref(large);
    close(disk.fd);
    unlink("large");
}

/* Whatever is written, punched and at the same time: no data is called a hole. */
static void *
hole_walker(void *opaque)
{
    uint64_t random = (uintptr_t)opaque;

    do {
        unsigned disk = (unsigned)(next_random(&random) % DISKS);
        uint64_t offset = next_random(&random) % sizes[disk], run = 0;
        int kind = ft_disk_snapshot_extent(snapshot, disk, offset,
                                           sizes[disk] - offset, &run);

        if (kind < 0 || !run || run > sizes[disk] - offset ||
            (kind && !ft_bytes_are_zero(before[disk] + offset, run)))
            atomic_fetch_add(&wrong, 1);
    } while (atomic_load(&writing));
    return NULL;
}

static void
test_holes_while_written(void **state)
{
    struct ft_disk_log *log = new_log();
    uint64_t random = 21;

    (void)state;
    atomic_store(&wrong, 0);
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t thread;

        punch();
        take_again();
        atomic_store(&writing, true);
        thread = spawn(hole_walker, (void *)(uintptr_t)(round + 1));
        for (int i = 0; i < 30; i++)
            write_epoch(log, &random, 5);
        atomic_store(&writing, false);
        join(thread);
        assert_int_equal(atomic_load(&wrong), 0);
    }
    ft_disk_log_free(log);
}

/* ---- its ends ---- */

static void
assert_ended(int code)
{
    struct ft_error why = FT_ERROR_INIT;
    unsigned char data[1];

    assert_true(ft_disk_snapshot_ended(snapshot, &why));
    assert_int_equal(why.code, code);
    assert_int_not_equal(*why.text, 0);
    assert_int_equal(ft_disk_snapshot_read(snapshot, 1, 0, data, 1), -ESTALE);
}

static void
begin_anew(uint64_t limit)
{
    ft_disk_snapshot_unref(snapshot);
    take(limit);
    ft_disk_snapshot_round(snapshot);
}

static void
test_overflow(void **state)
{
    (void)state;
    begin_anew(2 * FT_CHUNK_SIZE);
    ft_disk_snapshot_keep(snapshot, 0, 0, 1);
    ft_disk_snapshot_keep(snapshot, 0, 100, FT_CHUNK_SIZE - 100);
    ft_disk_snapshot_keep(snapshot, 1, FT_CHUNK_SIZE - 1, 1);
    /* six chunks of zeros take none of the room, but entries of the map */
    ft_disk_snapshot_keep(snapshot, 0, 1 << 20, 6 * FT_CHUNK_SIZE);
    assert_false(ft_disk_snapshot_ended(snapshot, NULL));
    assert_int_equal(ft_disk_snapshot_kept(snapshot), 2 * FT_CHUNK_SIZE);
    ft_disk_snapshot_keep(snapshot, 0, 2 << 20, 1);
    assert_ended(ENOSPC);
    ft_disk_snapshot_keep(snapshot, 0, 0, sizes[0]); /* a no-op by now */
    assert_ended(ENOSPC);
    begin_anew(2 * FT_CHUNK_SIZE);
    ft_disk_snapshot_keep(snapshot, 0, 1 << 20, 9 * FT_CHUNK_SIZE);
    assert_ended(ENOSPC);
}

/* A round that takes too long costs the snapshot, and not the epoch. */
static void
test_too_slow(void **state)
{
    (void)state;
    ft_disk_snapshot_unref(snapshot);
    take(STORE); /* whose round began at the clock's zero */
    ft_disk_snapshot_keep(snapshot, 0, 0, 1);
    assert_ended(ETIME);
}

static void
test_told_to_end(void **state)
{
    const struct ft_error first = { ECANCELED, "one", "", NULL };
    const struct ft_error second = { EBUSY, "two", "", NULL };

    (void)state;
    ft_disk_snapshot_round(snapshot);
    ft_disk_snapshot_keep(snapshot, 1, 0, 1);
    ft_disk_snapshot_end(snapshot, &first);
    ft_disk_snapshot_end(snapshot, &second);
    assert_ended(ECANCELED);
}

static void
test_store(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_chunk_store *store;

    (void)state;
    assert_int_equal(ft_chunk_store_left(UINT64_C(1) << 30), 1 << 28);
    assert_int_equal(ft_chunk_store_left(UINT64_C(1) << 50), 1 << 30);
    assert_int_equal(ft_chunk_store_new("missing", STORE, &store, &err),
                     -ENOENT);
    assert_non_null(strstr(err.text, "missing"));
    assert_int_equal(ft_chunk_store_new(".", 100, &store, &err), -ENOSPC);
}

#ifdef FT_FAULT_INJECTION
static void
test_store_fails(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_chunk_store *store;

    (void)state;
    put_file_bytes("faults", "chunk-store-write=5", 19);
    ft_fault_load("faults");
    ft_disk_snapshot_round(snapshot);
    ft_disk_snapshot_keep(snapshot, 1, 0, 1);
    assert_ended(EIO);
    put_file_bytes("faults", "chunk-store-room=28", 19);
    ft_fault_load("faults");
    assert_int_equal(ft_chunk_store_new(".", STORE, &store, &err), -ENOSPC);
}
#endif

/* ---- served by NBD ---- */

static struct ft_snapshot_export *
serve_changed(struct ft_chunk_store *scratch_store,
              struct ft_chunk_set *changed_set)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_snapshot_export *export;

    if (ft_snapshot_export_start("nbd.sock", (uid_t)-1, (gid_t)-1, snapshot,
                                 names, scratch_store, changed_set, &export,
                                 &err))
        fail_msg("%s", err.text);
    return export;
}

static struct ft_snapshot_export *
serve(struct ft_chunk_store *scratch_store)
{
    return serve_changed(scratch_store, NULL);
}

static struct nbd_handle *
client(const char *name)
{
    struct nbd_handle *nbd = nbd_create();

    assert_int_equal(nbd_set_export_name(nbd, name), 0);
    if (nbd_connect_unix(nbd, "nbd.sock"))
        fail_msg("%s", nbd_get_error());
    return nbd;
}

static void
test_read_only_export(void **state)
{
    FT_AUTOFREE unsigned char *data = malloc(sizes[0]);
    struct ft_disk_log *log = new_log();
    struct ft_snapshot_export *export = serve(NULL);
    uint64_t random = 3;

    (void)state;
    write_epoch(log, &random, 100);
    for (unsigned i = 0; i < DISKS; i++) {
        struct nbd_handle *nbd = client(names[i]);

        assert_int_equal(nbd_get_size(nbd), sizes[i]);
        assert_int_equal(nbd_is_read_only(nbd), 1);
        assert_int_equal(nbd_pread(nbd, data, sizes[i], 0, 0), 0);
        assert_memory_equal(data, before[i], sizes[i]);
        nbd_close(nbd);
    }
    ft_snapshot_export_stop(export);
    assert_int_equal(access("nbd.sock", F_OK), -1);
    ft_disk_log_free(log);
}

/* A client of the one before reads of the next. */
static void
test_switch(void **state)
{
    struct ft_snapshot_export *export = serve(NULL);
    struct nbd_handle *nbd = client("vdc");
    unsigned char data[5];

    (void)state;
    assert_int_equal(nbd_pread(nbd, data, 5, 0, 0), 0);
    assert_memory_equal(data, before[2], 5);
    ft_disk_snapshot_round(snapshot);
    ft_disk_snapshot_keep(snapshot, 2, 0, 5);
    assert_int_equal(ft_pwrite_full(fds[2], "after", 5, 0), 0);
    ft_disk_snapshot_unref(snapshot);
    take(STORE);
    ft_snapshot_export_switch(export, snapshot);
    assert_int_equal(nbd_pread(nbd, data, 5, 0, 0), 0);
    assert_memory_equal(data, "after", 5);
    nbd_close(nbd);
    ft_snapshot_export_stop(export);
}

static int
count_holes(void *opaque, const char *context, uint64_t offset,
            uint32_t *entries, size_t n,
            int *error) // NOLINT(readability-non-const-parameter): libnbd's type
{
    uint64_t *zeros = opaque;

    assert_string_equal(context, LIBNBD_CONTEXT_BASE_ALLOCATION);
    assert_int_equal(*error, 0);
    for (size_t i = 0; i < n; offset += entries[i], i += 2)
        if (entries[i + 1]) {
            assert_int_equal(entries[i + 1],
                             LIBNBD_STATE_HOLE | LIBNBD_STATE_ZERO);
            assert_true(ft_bytes_are_zero(before[0] + offset, entries[i]));
            *zeros += entries[i];
        }
    return 0;
}

/* What clients that know of holes are told: ours, and qemu-img. */
static void
test_export_of_holes(void **state)
{
    FT_AUTOFREE unsigned char *data = malloc(sizes[0]);
    struct ft_snapshot_export *export = serve(NULL);
    struct nbd_handle *nbd = nbd_create();
    uint64_t zeros = 0;

    (void)state;
    punch();
    assert_int_equal(nbd_set_export_name(nbd, "vda"), 0);
    nbd_add_meta_context(nbd, LIBNBD_CONTEXT_BASE_ALLOCATION);
    nbd_add_meta_context(nbd, "base:other");
    if (nbd_connect_unix(nbd, "nbd.sock"))
        fail_msg("%s", nbd_get_error());
    assert_int_equal(nbd_get_structured_replies_negotiated(nbd), 1);
    assert_int_equal(nbd_can_meta_context(nbd, LIBNBD_CONTEXT_BASE_ALLOCATION),
                     1);
    assert_int_equal(nbd_can_meta_context(nbd, "base:other"), 0);
    assert_int_equal(nbd_can_multi_conn(nbd), 1);
    assert_int_equal(
        nbd_block_status(nbd, sizes[0], 0,
                         (nbd_extent_callback){ count_holes, &zeros, NULL }, 0),
        0);
    assert_int_equal(zeros, 1 << 20);
    assert_int_equal(nbd_pread(nbd, data, sizes[0], 0, 0), 0);
    assert_memory_equal(data, before[0], sizes[0]);
    assert_int_equal(nbd_pread(nbd, data, 10, 5, 0), 0);
    assert_memory_equal(data, before[0] + 5, 10);
    put_file_bytes("expected", before[0], sizes[0]);
    assert_int_equal(system("qemu-img convert -O qcow2 "
                            "'nbd+unix:///vda?socket=nbd.sock' image && "
                            "qemu-img compare -q image expected && "
                            "qemu-img check -q image"),
                     0);
    ft_disk_snapshot_end(snapshot,
                         &(struct ft_error){ ECANCELED, "over", "", NULL });
    assert_int_equal(nbd_pread(nbd, data, 10, 5, 0), -1);
    assert_int_equal(nbd_get_errno(), EIO);
    assert_int_not_equal(
        system("qemu-img convert -O qcow2 "
               "'nbd+unix:///vda?socket=nbd.sock' image 2>/dev/null"),
        0);
    nbd_close(nbd);
    ft_snapshot_export_stop(export);
}

static void
run_or_fail(const char *command)
{
    if (system(command))
        fail_msg("%s", command);
}

/* Changes a chunk, and makes one of zeros and one with data of zeros. */
static struct ft_chunk_set *
change(void)
{
    struct ft_changed_chunks *changes = ft_changed_chunks_new(sizes, DISKS);
    struct ft_chunk_set *set;

    assert_int_equal(ft_changed_chunks_mark(changes, "then"), 0);
    ft_changed_chunks_add(changes, 0, 3 * FT_CHUNK_SIZE + 5, 10);
    fill_random(before[0] + 3 * FT_CHUNK_SIZE + 5, 10, 99);
    ft_changed_chunks_add(changes, 0, 5 * FT_CHUNK_SIZE, FT_CHUNK_SIZE);
    memset(before[0] + 5 * FT_CHUNK_SIZE, 0, FT_CHUNK_SIZE);
    ft_changed_chunks_add(changes, 0, 20 * FT_CHUNK_SIZE, 1);
    before[0][20 * FT_CHUNK_SIZE] = 7;
    assert_int_equal(ft_pwrite_full(fds[0], before[0], sizes[0], 0), 0);
    assert_int_equal(fallocate(fds[0],
                               FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                               5 * FT_CHUNK_SIZE, FT_CHUNK_SIZE),
                     0);
    assert_int_equal(ft_changed_chunks_since(changes, "then", &set), 0);
    ft_changed_chunks_free(changes);
    return set;
}

/* What qemu-img makes of it, upon an image of before, is small and right. */
static void
test_incremental(void **state)
{
    struct ft_snapshot_export *export;

    (void)state;
    put_file_bytes("expected", before[0], sizes[0]);
    run_or_fail("qemu-img convert -f raw -O qcow2 expected base");
    export = serve_changed(NULL, change());
    put_file_bytes("expected", before[0], sizes[0]);
    run_or_fail("qemu-img convert --image-opts -B base -F qcow2 -O qcow2 "
                "driver=raw,file.driver=nbd,file.server.type=unix,"
                "file.server.path=nbd.sock,file.export=vda upon && "
                "qemu-img compare -q -F raw upon expected");
    run_or_fail("test $(qemu-img map --output=json upon | tr -d ' ' |"
                " grep -c '\"depth\":0') -eq 3");
    ft_disk_snapshot_end(snapshot,
                         &(struct ft_error){ ECANCELED, "over", "", NULL });
    assert_int_not_equal(
        system("qemu-img convert -B base -F qcow2 -O qcow2 "
               "'nbd+unix:///vda?socket=nbd.sock' upon 2>/dev/null"),
        0);
    ft_snapshot_export_stop(export);
}

/* What a client writes it reads again, and it is nowhere else. */
static void
test_scratch_export(void **state)
{
    FT_AUTOFREE unsigned char *data = malloc(sizes[0]);
    FT_AUTOFREE unsigned char *expected = malloc(sizes[0]);
    struct ft_disk_log *log = new_log();
    struct ft_snapshot_export *export = serve(new_store(STORE));
    struct nbd_handle *nbd = client("vda");
    uint64_t random = 11;

    (void)state;
    memcpy(expected, before[0], sizes[0]);
    assert_int_equal(nbd_is_read_only(nbd), 0);
    for (int i = 0; i < 100; i++) {
        uint64_t offset = next_random(&random) % sizes[0];
        uint64_t length =
            1 + next_random(&random) % FT_MIN(sizes[0] - offset, 200000);

        fill_random(expected + offset, length, next_random(&random));
        assert_int_equal(nbd_pwrite(nbd, expected + offset, length, offset, 0),
                         0);
        write_epoch(log, &random, 3);
        assert_int_equal(nbd_pread(nbd, data, sizes[0], 0, 0), 0);
        assert_memory_equal(data, expected, sizes[0]);
    }
    for (int i = 0; i < 100; i++)
        assert_true(reads_right(&random, data, sizes[0]));
    nbd_close(nbd);
    ft_snapshot_export_stop(export);
    ft_disk_log_free(log);
}

static void
test_scratch_overflow(void **state)
{
    const struct ft_error over = { ECANCELED, "over", "", NULL };
    struct ft_snapshot_export *export = serve(new_store(FT_CHUNK_SIZE));
    struct nbd_handle *nbd = client("vdb");
    unsigned char data[4096] = { 1 };

    (void)state;
    assert_int_equal(nbd_pwrite(nbd, data, sizeof(data), 4096, 0), 0);
    assert_int_equal(nbd_pwrite(nbd, data, sizeof(data), 8192, 0), 0);
    assert_false(ft_snapshot_export_overflowed(export));
    assert_int_equal(nbd_pwrite(nbd, data, sizeof(data), 1 << 19, 0), -1);
    assert_int_equal(nbd_get_errno(), ENOSPC);
    assert_true(ft_snapshot_export_overflowed(export));
    assert_int_equal(nbd_pwrite(nbd, data, sizeof(data), 0, 0), 0);
    ft_disk_snapshot_end(snapshot, &over);
    assert_int_equal(nbd_pread(nbd, data, sizeof(data), 1 << 19, 0), -1);
    assert_int_equal(nbd_get_errno(), EIO);
    ft_snapshot_export_stop(export); /* with a client */
    nbd_close(nbd);
    ft_snapshot_export_stop(NULL);
}

#ifdef FT_FAULT_INJECTION
/* What the client wrote before has a place; the file system has none for the next. */
static void
test_scratch_has_no_room(void **state)
{
    struct ft_snapshot_export *export = serve(new_store(STORE));
    struct nbd_handle *nbd = client("vdb");
    unsigned char data[4096] = { 1 };

    (void)state;
    assert_int_equal(nbd_pwrite(nbd, data, sizeof(data), 4096, 0), 0);
    put_file_bytes("faults", "chunk-store-write=28", 20);
    ft_fault_load("faults");
    assert_int_equal(nbd_pwrite(nbd, data, sizeof(data), 4096, 0), -1);
    assert_int_equal(nbd_get_errno(), ENOSPC);
    assert_true(ft_snapshot_export_overflowed(export));
    nbd_close(nbd);
    ft_snapshot_export_stop(export);
}
#endif

/* Of a VM without a disk: nobody has anything to connect to. */
static void
test_no_disks(void **state)
{
    struct ft_disk_snapshot *none;
    struct ft_snapshot_export *export;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_disk_snapshot_new(NULL, 0, new_store(STORE), &none,
                                          &err),
                     0);
    if (ft_snapshot_export_start("nbd.sock", (uid_t)-1, (gid_t)-1, none, NULL,
                                 new_store(STORE), NULL, &export, &err))
        fail_msg("%s", err.text);
    assert_int_equal(access("nbd.sock", F_OK), -1);
    assert_int_equal(ft_snapshot_export_clients(export), 0);
    ft_snapshot_export_switch(export, none);
    assert_false(ft_snapshot_export_overflowed(export));
    ft_snapshot_export_stop(export);
    ft_disk_snapshot_unref(none);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_reads_what_was),
        TEST(test_reads_while_written),
        TEST(test_bounds),
        TEST(test_holes),
        TEST(test_keeps_large_holes),
        TEST(test_holes_while_written),
        TEST(test_overflow),
        TEST(test_too_slow),
        TEST(test_told_to_end),
        TEST(test_store),
#ifdef FT_FAULT_INJECTION
        TEST(test_store_fails),
#endif
        TEST(test_read_only_export),
        TEST(test_switch),
        TEST(test_export_of_holes),
        TEST(test_incremental),
        TEST(test_scratch_export),
        TEST(test_scratch_overflow),
#ifdef FT_FAULT_INJECTION
        TEST(test_scratch_has_no_room),
#endif
        TEST(test_no_disks),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
