/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The topology database on a full file system: a real tmpfs of 1 MiB in a
 * mount namespace of its own. Skipped where neither root nor user namespaces
 * allow that.
 */
#include "config.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

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

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_full) };
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
