/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The topology database on a full file system, and on one that is read only:
 * a real tmpfs of 1 MiB in a mount namespace of its own. Skipped where neither
 * root nor user namespaces allow that.
 */
#include "config.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "db/lock.h"
#include "db/store.h"

static char folder[] = "/tmp/ft-test-full.XXXXXX";

static int
mount_small(void)
{
    if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
        return -errno;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("none", folder, "tmpfs", 0, "size=1m"))
        return -errno;
    return 0;
}

static int
put(struct ft_store *store, int64_t seq, struct ft_error *err)
{
    struct ft_store_event event = {
        .host = "h1", .at = "now", .severity = "info", .seq = seq
    };

    memset(event.text, 'x', 1000);
    return ft_store_event_put(store, &event, err);
}

static void
test_full(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store *store;
    struct ft_store_event *events;
    char path[64];
    int64_t stored = 0;
    size_t count;

    (void)state;
    snprintf(path, sizeof(path), "%s/t.db", folder);
    assert_int_equal(ft_store_open(path, FT_STORE_CREATE, &store, &err), 0);
    while (stored < 10000 && put(store, stored + 1, &err) == 0)
        stored++;
    assert_int_equal(err.code, ENOSPC);
    assert_true(*err.hint);
    assert_true(stored > 0 && stored < 10000);
    ft_store_close(store);
    /* Everything that was acknowledged is there, nothing of the last. */
    assert_int_equal(ft_store_open(path, FT_STORE_EXISTING, &store, &err), 0);
    assert_int_equal(ft_store_event_list(store, 0, 20000, &events, &count, &err),
                     0);
    assert_int_equal(count, stored);
    free(events);
    ft_store_close(store);
}

/* ---- what cannot be written can be read ---- */

static void
fill_up(void)
{
    char path[64], block[4096] = "";
    FILE *file;

    snprintf(path, sizeof(path), "%s/filler", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    setvbuf(file, NULL, _IONBF, 0);
    while (fwrite(block, sizeof(block), 1, file) == 1)
        ;
    fclose(file);
}

/* Opens what is there as a copy, which has this many hosts, and may be changed. */
static void
assert_copy(const char *path, int code, size_t hosts)
{
    struct ft_error err = FT_ERROR_INIT, why = FT_ERROR_INIT;
    struct ft_store_host *list, more = { .name = "h9", .address = "h9" };
    struct ft_store *store;
    size_t count;

    if (ft_store_open(path, FT_STORE_CREATE, &store, &err))
        fail_msg("%s", err.text);
    assert_true(ft_store_is_copy(store, &why));
    assert_int_equal(why.code, code);
    assert_true(*why.text && *why.hint);
    assert_int_equal(ft_store_host_list(store, &list, &count, &err), 0);
    assert_int_equal(count, hosts);
    free(list);
    assert_int_equal(ft_store_host_put(store, &more, &err), 0);
    assert_int_equal(ft_store_lock(store, "vm 1", FT_LOCK_ALONE, "x", &err),
                     -code);
    ft_store_close(store);
}

static void
add_host(const char *path, const char *name)
{
    struct ft_store_host host = { .address = "somewhere" };
    struct ft_store *store;

    snprintf(host.name, sizeof(host.name), "%s", name);
    if (ft_store_open(path, FT_STORE_CREATE, &store, NULL) ||
        ft_store_is_copy(store, NULL) || ft_store_host_put(store, &host, NULL))
        _exit(1);
    _exit(0); /* without closing: as if it were killed */
}

static void
add_hosts(const char *path)
{
    static const char *const names[] = { "h1", "h2" };
    int status;

    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++) {
        pid_t pid = fork();

        if (pid == 0)
            add_host(path, names[i]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
}

static void
remount(unsigned long flags)
{
    assert_int_equal(mount("none", folder, "tmpfs", MS_REMOUNT | flags,
                           "size=1m"),
                     0);
}

static int
empty(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -f %s/*", folder);
    return system(command);
}

/* Killed in the middle: what is in the log counts too. */
static void
test_read_only(void **state)
{
    char path[64];

    (void)state;
    snprintf(path, sizeof(path), "%s/t?1.db", folder);
    add_hosts(path);
    remount(MS_RDONLY);
    assert_copy(path, EROFS, 2);
    remount(0);
}

/* Closed as it should be: no file beside it, and none can be made. */
static void
test_read_only_alone(void **state)
{
    struct ft_store *store;
    char path[64];

    (void)state;
    snprintf(path, sizeof(path), "%s/t.db", folder);
    add_hosts(path);
    assert_int_equal(ft_store_open(path, FT_STORE_EXISTING, &store, NULL), 0);
    ft_store_close(store);
    remount(MS_RDONLY);
    assert_copy(path, EROFS, 2);
    remount(0);
}

static void
test_no_room(void **state)
{
    struct ft_store *store;
    char path[64];

    (void)state;
    snprintf(path, sizeof(path), "%s/t.db", folder);
    add_hosts(path);
    assert_int_equal(ft_store_open(path, FT_STORE_EXISTING, &store, NULL), 0);
    ft_store_close(store);
    fill_up();
    assert_copy(path, ENOSPC, 2);
    assert_copy(path, ENOSPC, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_full, empty),
        cmocka_unit_test_setup(test_read_only, empty),
        cmocka_unit_test_setup(test_read_only_alone, empty),
        cmocka_unit_test_setup(test_no_room, empty),
    };
    int rc, failed;

    if (!mkdtemp(folder))
        return 1;
    rc = mount_small();
    if (rc) {
        fprintf(stderr, "skipped: no private tmpfs here: %s\n", strerror(-rc));
        rmdir(folder);
        return 77;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    umount(folder);
    rmdir(folder);
    return failed;
}
