/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replicas get to their storage beside all else. fdatasync() is this program's:
 * it counts, and does what a test wants of the storage.
 */
#include "config.h"

#include "tests/unit/standby/standby-fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "standby/write-back.h"

static atomic_int syncs;   /* begun */
static atomic_bool hangs;  /* the storage */
static atomic_int failing; /* so many of them, with EIO */

static void
nap(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
}

int
fdatasync(int fd)
{
    int code = fcntl(fd, F_GETFD) < 0 ? errno : 0; /* who closed it? */

    atomic_fetch_add(&syncs, 1);
    while (atomic_load(&hangs))
        nap();
    if (!code && atomic_load(&failing) > 0 && atomic_fetch_sub(&failing, 1) > 0)
        code = EIO;
    errno = code;
    return code ? -1 : 0;
}

/* A minute: none of this is about speed. */
static void
wait_until_clean(struct ft_write_back *wb)
{
    for (int i = 0; ft_write_back_dirty(wb) && i < 30000; i++)
        nap();
    assert_int_equal(ft_write_back_dirty(wb), 0);
}

static void
wait_for_sync(void)
{
    for (int i = 0; !atomic_load(&syncs) && i < 30000; i++)
        nap();
    assert_true(atomic_load(&syncs) > 0);
}

static struct ft_write_back *
begin_with_disks(void)
{
    struct ft_write_back *wb = ft_write_back_new();
    int fds[2] = { replica.disks[0].fd, replica.disks[1].fd };

    atomic_store(&syncs, 0);
    atomic_store(&hangs, false);
    atomic_store(&failing, 0);
    assert_non_null(wb);
    assert_int_equal(ft_write_back_begin(wb, fds, 2), 0);
    return wb;
}

static void
test_by_time(void **state)
{
    struct ft_write_back *wb = begin_with_disks();

    (void)state;
    ft_write_back_add(wb, 0);
    assert_int_equal(ft_write_back_dirty(wb), 0);
    ft_write_back_add(wb, 1);
    wait_until_clean(wb);
    assert_int_equal(atomic_load(&syncs), 2); /* each disk */
    assert_int_equal(ft_write_back_error(wb, &last), 0);
    ft_write_back_free(wb);
    ft_write_back_free(NULL);
}

/* Too much waits for the storage, but not for ever. */
static void
test_bound(void **state)
{
    struct ft_write_back *wb = begin_with_disks();
    int64_t began;

    (void)state;
    atomic_store(&hangs, true);
    ft_write_back_add(wb, FT_WRITE_BACK_MAX);
    wait_for_sync();
    began = ft_clock_ns();
    ft_write_back_add(wb, 1);
    assert_true(ft_clock_ns() - began > FT_NS_PER_S / 2);
    assert_int_equal(ft_write_back_dirty(wb), FT_WRITE_BACK_MAX + 1);
    atomic_store(&hangs, false);
    wait_until_clean(wb);
    ft_write_back_free(wb);
}

static void *
write_much(void *opaque)
{
    ft_write_back_add(opaque, FT_WRITE_BACK_MAX);
    for (int i = 0; i < 1000000; i++)
        ft_write_back_add(opaque, 1);
    return NULL;
}

/* A takeover ends the writer first: it does not wait for a storage that hangs. */
static void
test_takeover(void **state)
{
    struct ft_write_back *wb = begin_with_disks();
    pthread_t writer;
    int begun;

    (void)state;
    atomic_store(&hangs, true);
    assert_int_equal(pthread_create(&writer, NULL, write_much, wb), 0);
    wait_for_sync();
    ft_write_back_rest(wb);
    pthread_join(writer, NULL); /* a second each otherwise */
    begun = atomic_load(&syncs);
    assert_true(ft_write_back_dirty(wb) > FT_WRITE_BACK_MAX);
    atomic_store(&hangs, false);
    ft_write_back_free(wb); /* with the round that was under way */
    assert_true(atomic_load(&syncs) <= begun + 1); /* of its second disk */
}

/* A round goes on with copies of its files; what it finds is not the next ones'. */
static void
test_other_files(void **state)
{
    struct ft_write_back *wb = begin_with_disks();

    (void)state;
    atomic_store(&hangs, true);
    atomic_store(&failing, 2);
    ft_write_back_add(wb, FT_WRITE_BACK_BYTES);
    wait_for_sync();
    assert_int_equal(ft_write_back_begin(wb, &replica.disks[1].fd, 1), 0);
    assert_int_equal(ft_write_back_dirty(wb), 0);
    ft_write_back_add(wb, 7);
    atomic_store(&syncs, -1); /* the one of the second disk */
    atomic_store(&hangs, false);
    wait_until_clean(wb);
    assert_int_equal(atomic_load(&syncs), 1);
    assert_int_equal(ft_write_back_error(wb, &last), 0);
    ft_write_back_free(wb);
}

static void
test_error(void **state)
{
    struct ft_write_back *wb = begin_with_disks();

    (void)state;
    atomic_store(&failing, 2);
    ft_write_back_add(wb, FT_WRITE_BACK_MAX + 1); /* it does not wait for that */
    wait_until_clean(wb);
    assert_int_equal(ft_write_back_error(wb, &last), -EIO);
    assert_in(last.text, "cannot be written to their storage");
    ft_write_back_add(wb, 1);
    wait_until_clean(wb);
    assert_int_equal(ft_write_back_error(wb, NULL), -EIO); /* it stays lost */
    assert_int_equal(ft_write_back_begin(wb, NULL, 0), 0);
    assert_int_equal(ft_write_back_error(wb, NULL), 0);
    assert_true(ft_write_back_begin(wb, (int[]){ -1 }, 1) < 0);
    ft_write_back_free(wb);
}

/* What a replica writes, in the first copy and in an epoch, is brought back. */
static void
test_replica(void **state)
{
    const struct ft_replica_disk *d = replica.disks;
    struct ft_write_back *wb = begin_with_disks();
    int fds[2] = { d[0].fd, d[1].fd };

    (void)state;
    replica.write_back = wb;
    ft_write_back_rest(wb);
    assert_int_equal(send_write(1, 0, 0, "first"), 0);
    assert_int_equal(ft_write_back_dirty(wb), strlen("first"));
    assert_int_equal(send_zeros(1, 0, 0, 512), 0);
    assert_true(ft_write_back_dirty(wb) > strlen("first"));
    ft_replica_drop_partial(&replica);
    memset(counted, 0, sizeof(counted));
    first_copy();
    assert_int_equal(ft_write_back_begin(wb, fds, 2), 0);
    ft_write_back_rest(wb);
    assert_int_equal(send_write(2, 0, 0, "second"), 0);
    assert_int_equal(send_state(2, "2", NULL), 0);
    assert_int_equal(send_end(2), 0);
    assert_int_equal(ft_write_back_dirty(wb), 0); /* it is in the log still */
    commit(2);
    assert_true(ft_write_back_dirty(wb) >= strlen("second"));
    ft_replica_clear(&replica);
    assert_int_equal(ft_write_back_dirty(wb), 0);
    assert_ptr_equal(replica.write_back, wb);
    replica.write_back = NULL;
    ft_write_back_free(wb);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_by_time),     TEST(test_bound), TEST(test_takeover),
        TEST(test_other_files), TEST(test_error), TEST(test_replica),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
