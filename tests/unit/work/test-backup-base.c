/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The earlier backup of an incremental one: found, judged, and named by the later one. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "ui/work/backup-base.h"

#define VM "6c1b1a0e-0000-4000-8000-000000000001"
#define OTHER "6c1b1a0e-0000-4000-8000-000000000002"
#define MOMENT "0b0b0b0b-0000-4000-8000-00000000000a"

static const struct ft_backup_disk vda = { "vda", 1 << 20 },
                                   vdb = { "vdb", 2 << 20 };
static struct ft_error last;
static char top[PATH_MAX];

static void
make(const char *path, const char *vm_uuid, const struct ft_backup_disk *disk,
     const char *moment)
{
    struct ft_image_mark mark = { "", "", "" };
    char command[200];

    snprintf(command, sizeof(command), "qemu-img create -q -f qcow2 '%s' %d",
             path, (int)disk->size);
    assert_int_equal(system(command), 0);
    snprintf(mark.vm_uuid, sizeof(mark.vm_uuid), "%s", vm_uuid);
    snprintf(mark.target, sizeof(mark.target), "%s", disk->target);
    snprintf(mark.moment, sizeof(mark.moment), "%s", moment);
    assert_int_equal(ft_image_mark_set(path, &mark, &last), 0);
}

static int
set_up(void **state)
{
    int rc = scratch_enter(state);

    if (rc || !getcwd(top, sizeof(top)) || mkdir("a", 0700) || mkdir("b", 0700))
        return -1;
    make("a/vm1-vda.qcow2", VM, &vda, MOMENT);
    make("a/vm1-vdb.qcow2", VM, &vdb, MOMENT);
    return 0;
}

static void
test_names(void **state)
{
    char name[NAME_MAX + 1];

    (void)state;
    ft_work_backup_name("vm1", "vda", "raw", name);
    assert_string_equal(name, "vm1-vda.raw");
    ft_work_backup_name("a/b", "sda", "qcow2", name);
    assert_string_equal(name, "a_b-sda.qcow2");
}

static void
test_moment(void **state)
{
    struct ft_image_mark mark;

    (void)state;
    assert_int_equal(ft_work_base_moment("a", "vm1", VM, &mark, &last), 0);
    assert_string_equal(mark.moment, MOMENT);
    assert_int_equal(ft_work_base_moment("a/vm1-vdb.qcow2", "vm1", VM, &mark,
                                         &last),
                     0);
    assert_string_equal(mark.target, "vdb");
    assert_int_equal(ft_work_base_moment("a", "vm1", OTHER, &mark, &last),
                     -EINVAL);
    assert_in(last.text, "another VM");
    assert_int_equal(ft_work_base_moment("a", "vm", VM, &mark, &last), -ENOENT);
    assert_int_equal(ft_work_base_moment("b", "vm1", VM, &mark, &last), -ENOENT);
    assert_in(last.text, "no backup of vm1");
    assert_int_equal(ft_work_base_moment("c", "vm1", VM, &mark, &last), -ENOENT);
}

static int
base_of(const char *path, const struct ft_backup_disk *disk, const char *output,
        char out[PATH_MAX])
{
    const struct ft_image_mark of = { VM, "", MOMENT };
    char whole[2 * PATH_MAX];

    snprintf(whole, sizeof(whole), "%s/%s", top, output);
    return ft_work_base_of(path, "vm1", &of, disk, whole, out, &last);
}

/* By its name alone where both are in one folder, which can be moved then. */
static void
test_base(void **state)
{
    char out[PATH_MAX], expected[2 * PATH_MAX];

    (void)state;
    assert_int_equal(base_of("a", &vdb, "b/vm1-vdb.qcow2", out), 0);
    snprintf(expected, sizeof(expected), "%s/a/vm1-vdb.qcow2", top);
    assert_string_equal(out, expected);
    assert_int_equal(base_of("a", &vda, "a/new", out), 0);
    assert_string_equal(out, "vm1-vda.qcow2");
    assert_int_equal(base_of("a/vm1-vda.qcow2", &vda, "a/new", out), 0);
    assert_string_equal(out, "vm1-vda.qcow2");
    make("a/x:1", VM, &vda, MOMENT);
    assert_int_equal(base_of("a/x:1", &vda, "a/new", out), 0);
    assert_string_equal(out, "./x:1");
}

static void
test_no_base(void **state)
{
    const struct ft_backup_disk larger = { "vda", 3 << 20 };
    char out[PATH_MAX];

    (void)state;
    assert_int_equal(base_of("a/vm1-vda.qcow2", &vdb, "b/x", out), -EINVAL);
    assert_int_equal(base_of("a", &larger, "b/x", out), -EINVAL);
    make("b/vm1-vda.qcow2", VM, &vda, OTHER);
    assert_int_equal(base_of("b", &vda, "b/x", out), -EINVAL);
    assert_in(last.text, "another moment");
    assert_int_equal(base_of("b", &vdb, "b/x", out), -ENOENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_moment),
        cmocka_unit_test(test_base),
        cmocka_unit_test(test_no_base),
    };

    return cmocka_run_group_tests(tests, set_up, scratch_leave);
}
