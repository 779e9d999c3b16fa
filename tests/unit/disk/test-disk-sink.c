/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that takes the guest's disk writes, met by libnbd: it asks its
 * worker while there is one, and says yes when there is none.
 */
#include "config.h"

#include "tests/unit/wire.h"

#include <libnbd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "disk/disk-sink.h"

#define DISK_SIZE (UINT64_C(8) << 20)

/* In memory that the worker shares with the test. */
struct disks {
    unsigned char data[2][DISK_SIZE];
    unsigned zeros, trims, fuas;
    int fail; /* errno for every request, 0: none */
};

static char folder[] = "/tmp/test-sink-XXXXXX";
static char path[64];
static struct disks *disks;

static int
on_read(void *opaque, unsigned export, void *data, uint64_t offset,
        size_t length)
{
    struct disks *d = opaque;

    memcpy(data, d->data[export] + offset, length);
    return -d->fail;
}

static int
on_write(void *opaque, unsigned export, const void *data, uint64_t offset,
         size_t length, int fua)
{
    struct disks *d = opaque;

    memcpy(d->data[export] + offset, data, length);
    d->fuas += fua != 0;
    return -d->fail;
}

static int
on_zero(void *opaque, unsigned export, uint64_t offset, uint64_t length,
        int trim, int fua)
{
    struct disks *d = opaque;

    (void)fua;
    memset(d->data[export] + offset, 0, length);
    d->zeros += !trim;
    d->trims += trim != 0;
    return -d->fail;
}

static const struct ft_nbd_handlers handlers = {
    .read = on_read,
    .write = on_write,
    .zero = on_zero,
};
static const struct ft_nbd_export exports[] = {
    { "vda", DISK_SIZE },
    { "vdb", DISK_SIZE },
};

static struct ft_disk_sink *
start(void)
{
    struct ft_disk_sink *sink = NULL;
    struct ft_error err = FT_ERROR_INIT;

    memset(disks, 0, sizeof(*disks));
    assert_int_equal(ft_disk_sink_start(path, (uid_t)-1, (gid_t)-1, exports, 2,
                                        &handlers, disks, &sink, &err),
                     0);
    return sink;
}

static struct nbd_handle *
client(const char *name)
{
    struct nbd_handle *nbd = nbd_create();

    assert_non_null(nbd);
    assert_int_equal(nbd_set_export_name(nbd, name), 0);
    assert_int_equal(nbd_connect_unix(nbd, path), 0);
    return nbd;
}

static void
fill(unsigned char *data, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(seed + i * 7 + i / 256);
}

/* Until nobody listens there any more: the process has ended. */
static void
expect_end(const char *socket)
{
    int64_t deadline = ft_clock_ns() + 60 * FT_NS_PER_S;

    for (;;) {
        struct nbd_handle *nbd = nbd_create();
        int rc = nbd_connect_unix(nbd, socket);

        nbd_close(nbd);
        if (rc < 0)
            return;
        assert_true(ft_clock_ns() < deadline);
        ft_clock_sleep(10 * FT_NS_PER_MS);
    }
}

static void
the_worker_is_asked(void **state)
{
    static unsigned char sent[3 << 20], got[3 << 20];
    struct ft_disk_sink *sink = start();
    struct nbd_handle *a = client("vda"), *b = client("vdb");

    (void)state;
    fill(sent, sizeof(sent), 1);
    assert_int_equal(nbd_pwrite(a, sent, sizeof(sent), 512, 0), 0);
    assert_memory_equal(disks->data[0] + 512, sent, sizeof(sent));
    assert_int_equal(nbd_pwrite(b, sent, 4096, 0, LIBNBD_CMD_FLAG_FUA), 0);
    assert_memory_equal(disks->data[1], sent, 4096);
    assert_int_equal(disks->fuas, 1);
    assert_int_equal(nbd_pread(a, got, sizeof(got), 512, 0), 0);
    assert_memory_equal(got, sent, sizeof(got));
    assert_int_equal(nbd_zero(a, DISK_SIZE, 0, LIBNBD_CMD_FLAG_NO_HOLE), 0);
    assert_int_equal(nbd_trim(b, 4096, 4096, 0), 0);
    assert_int_equal(nbd_can_flush(a), 0); /* QEMU would at every stop */
    assert_int_equal(disks->zeros, 1);
    assert_int_equal(disks->trims, 1);
    disks->fail = ENOSPC;
    assert_int_equal(nbd_pwrite(a, sent, 512, 0, 0), -1);
    assert_int_equal(nbd_get_errno(), ENOSPC);
    assert_int_equal(nbd_pread(a, got, 512, 0, 0), -1);
    disks->fail = 0;
    assert_int_equal(nbd_pwrite(a, sent, 512, 0, 0), 0);
    nbd_close(a);
    nbd_close(b);
    ft_disk_sink_stop(sink);
}

static void
stopped_it_says_yes(void **state)
{
    static unsigned char sent[1 << 20];
    struct ft_disk_sink *sink = start();
    struct nbd_handle *nbd = client("vda");

    (void)state;
    fill(sent, sizeof(sent), 2);
    ft_disk_sink_stop(sink);
    assert_int_equal(nbd_pwrite(nbd, sent, sizeof(sent), 0, 0), 0);
    assert_int_equal(nbd_zero(nbd, 4096, 0, 0), 0);
    assert_int_equal(nbd_pread(nbd, sent, 512, 0, 0), -1);
    assert_int_equal(disks->data[0][1], 0); /* and asks nobody */
    assert_int_equal(access(path, F_OK), -1);
    nbd_close(nbd);
}

/* Killed in the middle of many writes: none of them fails. */
static void
the_worker_dies(void **state)
{
    static unsigned char sent[256 << 10];
    struct nbd_handle *nbd;
    pid_t worker = fork();
    int i;

    (void)state;
    if (worker == 0) {
        start();
        raise(SIGSTOP);
        for (;;)
            pause();
    }
    assert_true(worker > 0);
    assert_int_equal(waitpid(worker, NULL, WUNTRACED), worker);
    kill(worker, SIGCONT);
    nbd = client("vda");
    fill(sent, sizeof(sent), 3);
    for (i = 0; i < 200; i++) {
        if (i == 100)
            kill(worker, SIGKILL);
        assert_int_equal(nbd_pwrite(nbd, sent, sizeof(sent), 0, 0), 0);
    }
    assert_int_equal(waitpid(worker, NULL, 0), worker);
    assert_memory_equal(disks->data[0], sent, sizeof(sent));
    nbd_close(nbd);
    expect_end(path);
    ft_disk_sink_stop(start()); /* what it left there is no hindrance */
}

static void
the_process_dies(void **state)
{
    struct ft_disk_sink *sink = start();
    struct nbd_handle *nbd = client("vda");
    char command[64];

    (void)state;
    snprintf(command, sizeof(command), "pkill -KILL -x -P %d exe",
             (int)getpid());
    assert_int_equal(system(command), 0);
    assert_int_equal(nbd_trim(nbd, 4096, 4096, 0), -1);
    nbd_close(nbd);
    expect_end(path);
    ft_disk_sink_stop(sink);
}

static void
what_cannot_be_served(void **state)
{
    struct ft_disk_sink *sink;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_true(ft_disk_sink_start("/nonexistent/socket", (uid_t)-1, (gid_t)-1,
                                   exports, 2, &handlers, disks, &sink,
                                   &err) < 0);
    assert_non_null(strstr(err.text, "/nonexistent/socket"));
    assert_true(ft_disk_sink_start(path, (uid_t)-1, (gid_t)-1, exports, 0,
                                   &handlers, disks, &sink, &err) < 0);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worker_is_asked),
        cmocka_unit_test(stopped_it_says_yes),
        cmocka_unit_test(the_worker_dies),
        cmocka_unit_test(the_process_dies),
        cmocka_unit_test(what_cannot_be_served),
    };
    int rc;

    if (argc > 1 && !strcmp(argv[1], "disks"))
        return ft_disk_sink_main(); /* what a worker runs of ftengine */
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof(path), "%s/disks.sock", folder);
    disks = mmap(NULL, sizeof(*disks), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (disks == MAP_FAILED)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return rc;
}
