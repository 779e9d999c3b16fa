/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies below a pool, by sysfs as the kernel shows it: devices are folders,
 * dev/block has links to them, and so have slaves.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>

#include "inventory/probe-private.h"

static void
make_folder(const char *path)
{
    char part[256];

    for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
        snprintf(part, sizeof(part), "%.*s", (int)(at - path), path);
        mkdir(part, 0700);
    }
    assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
}

/* The device with this folder below devices; name: a file of it with a line. */
static void
device(unsigned minor, const char *folder, const char *name, const char *line)
{
    char path[256], target[256];

    snprintf(path, sizeof(path), "sys/devices/%s/slaves", folder);
    make_folder(path);
    make_folder("sys/dev/block");
    snprintf(target, sizeof(target), "../../devices/%s", folder);
    snprintf(path, sizeof(path), "sys/dev/block/253:%u", minor);
    assert_int_equal(symlink(target, path), 0);
    if (!line[0])
        return;
    snprintf(path, sizeof(path), "sys/devices/%s/dm", folder);
    make_folder(path);
    snprintf(path, sizeof(path), "sys/devices/%s/%s", folder, name);
    put_file_bytes(path, line, strlen(line));
}

static void
stands_on(const char *folder, const char *slave)
{
    char path[256], target[256];

    snprintf(target, sizeof(target), "../../%s", slave);
    snprintf(path, sizeof(path), "sys/devices/%s/slaves/%s", folder, slave);
    assert_int_equal(symlink(target, path), 0);
}

static const char *
below(unsigned minor)
{
    return ft_probe_below("sys", 253, minor);
}

static void
test_devices(void **state)
{
    (void)state;
    device(0, "vda", "", "");
    device(1, "vda/vda1", "partition", "1\n");
    device(2, "dm-2", "dm/uuid", "LVM-Xk3root\n"); /* a plain volume */
    stands_on("dm-2", "vda");
    device(3, "dm-3", "dm/uuid", "LVM-Xk3data-tpool\n"); /* of a thin one */
    stands_on("dm-3", "vda");
    device(4, "dm-4", "dm/uuid", "LVM-Xk3images\n"); /* a thin one */
    stands_on("dm-4", "dm-3");
    device(5, "dm-5", "dm/uuid", "CRYPT-LUKS2-8d\n"); /* encrypted on that */
    stands_on("dm-5", "dm-4");
    device(6, "dm-6", "dm/uuid", "LVM-Xk3vdo0-vpool\n");
    device(7, "dm-7", "dm/uuid", "LVM-Xk3vdo\n");
    stands_on("dm-7", "dm-6");
    device(8, "zd16", "", "");
    device(9, "zd16/zd16p1", "partition", "1\n");
    device(10, "dm-10", "dm/uuid", "mpath-tpool\n"); /* only its name */
    device(11, "dm-11", "dm/uuid", "LVM-\n");
    stands_on("dm-11", "dm-11"); /* never, but it ends */

    assert_string_equal(below(0), "");
    assert_string_equal(below(1), "");
    assert_string_equal(below(2), "");
    assert_string_equal(below(4), "thin");
    assert_string_equal(below(5), "thin");
    assert_string_equal(below(7), "thin");
    assert_string_equal(below(8), "zvol");
    assert_string_equal(below(9), "zvol");
    assert_string_equal(below(10), "");
    assert_string_equal(below(11), "");
    assert_string_equal(below(99), ""); /* no block device: tmpfs, nfs */
}

static void
test_this_machine(void **state)
{
    (void)state;
    assert_non_null(ft_probe_backing("."));
    assert_string_equal(ft_probe_backing("no-such-folder"), "");
    assert_string_equal(ft_probe_backing("/proc"), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_this_machine),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
