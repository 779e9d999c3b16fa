/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's count of failed requests: whose it is, and whether it rose. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "virt/disk-errors.h"

static struct ft_vm_disk disks[] = {
    { .target = "vda", .alias = "virtio-disk1", .device = "disk" },
    { .target = "vdb", .alias = "virtio-disk10", .device = "disk" },
    { .target = "sda", .alias = "sata0-0-0", .device = "cdrom" },
    { .target = "sdb", .alias = "scsi0-0-0-1", .device = "disk" },
    { .target = "vdc", .alias = "", .device = "disk" },
};
static const struct ft_vm vm = { .disks = disks, .n_disks = 5 };

static json_t *
entry(const char *device, const char *qdev, int rd, int wr, int flush, int unmap)
{
    return json_pack("{s:s,s:s,s:{s:i,s:i,s:i,s:i,s:i},s:{s:{s:i}}}", "device",
                     device, "qdev", qdev, "stats", "failed_rd_operations", rd,
                     "failed_wr_operations", wr, "failed_flush_operations",
                     flush, "failed_unmap_operations", unmap,
                     "invalid_rd_operations", 100, "parent", "stats",
                     "failed_rd_operations", 100);
}

static void
test_whose_it_is(void **state)
{
    FT_AUTOJSON json_t *answer = json_array();
    struct ft_disk_errors e;

    (void)state;
    json_array_append_new(
        answer, entry("", "/machine/peripheral/virtio-disk1/virtio-backend", 1,
                      2, 4, 8));
    json_array_append_new(
        answer, entry("", "/machine/peripheral/virtio-disk10/virtio-backend", 0,
                      16, 0, 0));
    json_array_append_new(answer, entry("", "/machine/peripheral/sata0-0-0", 9,
                                        9, 9, 9));
    json_array_append_new(answer, entry("drive-scsi0-0-0-1", "", 0, 0, 32, 0));
    ft_disk_errors_read(answer, &vm, &e);
    assert_int_equal(e.failed[0], 15);
    assert_int_equal(e.failed[1], 16);
    assert_int_equal(e.failed[2], 0); /* a medium is nobody's disk */
    assert_int_equal(e.failed[3], 32);
    assert_int_equal(e.failed[4], 0);
}

static void
test_nonsense(void **state)
{
    FT_AUTOJSON json_t *answer =
        json_pack("[n,{},{s:s,s:{s:s,s:I}}]", "qdev",
                  "/machine/peripheral/virtio-disk1", "stats",
                  "failed_rd_operations", "x", "failed_wr_operations",
                  (json_int_t)-1);
    struct ft_disk_errors e;

    (void)state;
    ft_disk_errors_read(answer, &vm, &e);
    assert_int_equal(e.failed[0], 0);
    ft_disk_errors_read(NULL, &vm, &e);
    assert_int_equal(e.failed[0], 0);
}

static void
test_which_rose(void **state)
{
    struct ft_disk_errors before = { { 3, 4 } }, now = { { 3, 4 } };

    (void)state;
    assert_null(ft_disk_errors_first(&vm, &before, &now));
    now.failed[1]++;
    assert_string_equal(ft_disk_errors_first(&vm, &before, &now)->target, "vdb");
    now.failed[0] = 0; /* another QEMU counts from the beginning */
    assert_string_equal(ft_disk_errors_first(&vm, &before, &now)->target, "vdb");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whose_it_is),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_which_rose),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
