/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What says of an image of which disk and moment it is: its name, and qemu-img's part. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>

#include "base/cleanup.h"
#include "protect/image-mark.h"

#define VM "6c1b1a0e-0000-4000-8000-000000000001"
#define MOMENT "0b0b0b0b-0000-4000-8000-00000000000a"

static const struct ft_image_mark mark = { VM, "vda", MOMENT };
static struct ft_error last;

static void
assert_same(const struct ft_image_mark *one)
{
    assert_string_equal(one->vm_uuid, mark.vm_uuid);
    assert_string_equal(one->target, mark.target);
    assert_string_equal(one->moment, mark.moment);
}

static void
test_name(void **state)
{
    char name[FT_IMAGE_MARK_SIZE];
    struct ft_image_mark found;

    (void)state;
    ft_image_mark_name(&mark, name);
    assert_string_equal(name, "ftadmin:" VM ":vda:" MOMENT);
    assert_int_equal(ft_image_mark_parse(name, &found), 0);
    assert_same(&found);
}

static void
test_no_names(void **state)
{
    static const char *const names[] = {
        "",
        "bitmap0",
        "ftadmin:",
        "ftadmin:" VM,
        "ftadmin:" VM ":vda",
        "ftadmin:" VM ":vda:",
        "ftadmin:" VM "::" MOMENT,
        "ftadmin::vda:" MOMENT,
        "ftadmin:" VM "0:vda:" MOMENT,
        "ftadmin:" VM ":vda:" MOMENT "0",
        "ftadmin:" VM ":vda:" MOMENT ":more",
        "ftadmin:" VM ":a-name-that-is-too-long-for-a-disk:" MOMENT,
        "Ftadmin:" VM ":vda:" MOMENT,
    };
    struct ft_image_mark found;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++)
        assert_int_equal(ft_image_mark_parse(names[i], &found), -EINVAL);
}

static void
run(const char *command)
{
    if (system(command))
        fail_msg("%s", command);
}

/* It stays in the file, which is as sound as before, and goes where it goes. */
static void
test_in_a_file(void **state)
{
    struct ft_image_mark found;
    uint64_t size;

    (void)state;
    run("qemu-img create -q -f qcow2 a 1M");
    assert_int_equal(ft_image_mark_get("a", &found, &size, &last), -EINVAL);
    assert_in(last.text, "a is no backup");
    assert_in(last.hint, "full backup");
    assert_int_equal(ft_image_mark_set("a", &mark, &last), 0);
    run("qemu-img check -q a && qemu-img create -q -f qcow2 -b a -F qcow2 b && cp a c");
    assert_int_equal(ft_image_mark_get("c", &found, &size, &last), 0);
    assert_same(&found);
    assert_int_equal(size, 1 << 20);
    assert_int_equal(ft_image_mark_get("b", &found, &size, &last), -EINVAL);
    assert_int_equal(ft_image_mark_set("a", &mark, &last), -EIO);
    assert_in(last.text, "already exists");
}

static void
test_no_file(void **state)
{
    struct ft_image_mark found;
    uint64_t size;

    (void)state;
    assert_int_equal(ft_image_mark_get("none", &found, &size, &last), -ENOENT);
    assert_in(last.text, "none");
    put_file("raw", "this is no image");
    assert_int_equal(ft_image_mark_get("raw", &found, &size, &last), -EINVAL);
    assert_int_equal(ft_image_mark_set("raw", &mark, &last), -EIO);
    assert_in(last.text, "raw");
}

static void
test_no_program(void **state)
{
    FT_AUTOFREE char *path = strdup(getenv("PATH"));
    struct ft_image_mark found;
    uint64_t size;

    (void)state;
    setenv("PATH", "/nowhere", 1);
    assert_int_equal(ft_image_mark_get("raw", &found, &size, &last), -ENOENT);
    assert_in(last.hint, "qemu-utils");
    setenv("PATH", path, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name),       cmocka_unit_test(test_no_names),
        cmocka_unit_test(test_in_a_file),  cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_no_program),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
