/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The place of a replica on a host that had the VM, against libvirt's own test
 * driver: the image there is kept under another name, whatever happens.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <limits.h>
#include <stdbool.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "virt/place.h"
#include "virt/retire.h"

#define UUID "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
#define CAPACITY 5000

static virConnectPtr conn;
static char folder[PATH_MAX];
static bool known = true;

static bool
was_its(const void *opaque, const char *image)
{
    assert_string_equal(opaque, "vm");
    assert_true(image[0] == '/');
    return known;
}

/* Two disks: raw and qcow2. */
static void
define(void)
{
    char xml[6 * PATH_MAX];
    virDomainPtr dom;

    assert_true(
        snprintf(xml, sizeof(xml),
                 "<domain type='test'><name>vm1</name><uuid>" UUID "</uuid>"
                 "<memory>65536</memory><os><type>hvm</type></os><devices>"
                 "<disk type='file' device='disk'><driver type='raw'/>"
                 "<source file='%s/a.img'/><target dev='vda' bus='virtio'/></disk>"
                 "<disk type='file' device='disk'><driver type='qcow2'/>"
                 "<source file='%s/b.qcow2'/><target dev='vdb' bus='virtio'/>"
                 "</disk><disk type='file' device='cdrom'>"
                 "<source file='%s/a.img'/><target dev='sda'/><readonly/></disk>"
                 "</devices></domain>",
                 folder, folder, folder) < (int)sizeof(xml));
    dom = virDomainDefineXML(conn, xml);
    if (!dom)
        fail_msg("%s", virGetLastErrorMessage());
    virDomainFree(dom);
}

static int
clear(const char *target, uint64_t capacity, struct ft_place *place)
{
    struct ft_error err = FT_ERROR_INIT;

    int rc =
        ft_place_find(conn, UUID, target, capacity, was_its, "vm", place, &err);

    if (!rc) /* nothing was changed */
        assert_int_equal(access(place->image, F_OK), 0);
    return rc ? rc : ft_retire_rename(conn, place->image, place->stale, &err);
}

static void
holds(const char *path, const char *text)
{
    FT_AUTOFREE char *data = NULL;
    size_t size;

    assert_int_equal(ft_file_read(path, 100, &data, &size), 0);
    assert_string_equal(data, text);
}

static uint64_t
size_of(const char *path)
{
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    return (uint64_t)st.st_size;
}

static void
test_no_place(void **state)
{
    struct ft_place place;

    (void)state;
    define();
    assert_int_equal(clear("vda", CAPACITY, &place), -ENOENT); /* no image */
    put_file_bytes("a.img", "old", 3);
    assert_int_equal(clear("vdz", CAPACITY, &place), -ENOENT);
    assert_int_equal(clear("sda", CAPACITY, &place), -ENOENT);
    assert_int_equal(clear("vda", UINT64_C(1) << 60, &place), -ENOENT);
    known = false;
    assert_int_equal(clear("vda", CAPACITY, &place), -ENOENT);
    known = true;
    put_file_bytes("b.qcow2", "old", 3);
    put_file_bytes("b.qcow2.raw", "another's", 9);
    assert_int_equal(clear("vdb", CAPACITY, &place), -ENOENT);
    holds("a.img", "old");
    holds("b.qcow2", "old");
    assert_int_equal(unlink("b.qcow2.raw"), 0);
    assert_int_equal(ft_place_find(conn, "00000000-0000-4000-8000-00000000000f",
                                   "vda", CAPACITY, was_its, "vm", &place, NULL),
                     -ENOENT);
}

/* Of the image that the definition names, whether it is still there or not. */
static void
test_format(void **state)
{
    char format[FT_PLACE_FORMAT_SIZE] = "", path[PATH_MAX + 16];

    (void)state;
    snprintf(path, sizeof(path), "%s/a.img", folder);
    assert_true(ft_place_format(conn, UUID, "vda", path, format));
    assert_string_equal(format, "raw");
    assert_false(ft_place_format(conn, UUID, "vdb", path, format));
    assert_false(ft_place_format(conn, UUID, "vdz", path, format));
    assert_false(ft_place_format(conn, "00000000-0000-4000-8000-00000000000f",
                                 "vda", path, format));
    snprintf(path, sizeof(path), "%s/b.qcow2", folder);
    assert_true(ft_place_format(conn, UUID, "vdb", path, format));
    assert_string_equal(format, "qcow2");
    assert_false(ft_place_format(conn, UUID, "vda", path, format));
}

static void
test_raw(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_place place;
    struct stat st;

    (void)state;
    assert_int_equal(chmod("a.img", 0640), 0);
    assert_int_equal(clear("vda", CAPACITY, &place), 0);
    assert_string_equal(place.path, place.image);
    assert_non_null(strstr(place.stale, "/a.img.stale-20"));
    assert_int_equal(access(place.path, F_OK), -1);
    holds(place.stale, "old");
    assert_int_equal(ft_place_make(conn, place.path, place.stale, CAPACITY,
                                   &err),
                     0);
    assert_int_equal(size_of(place.path), CAPACITY);
    assert_int_equal(stat(place.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    /* what is filled already stays, what is of another length does not */
    put_file_bytes("five", "12345", 5);
    assert_int_equal(rename("five", place.path), 0);
    assert_int_equal(ft_place_make(conn, place.path, place.stale, 5, &err), 0);
    holds(place.path, "12345");
    assert_int_equal(ft_place_make(conn, place.path, place.stale, 6, &err), 0);
    assert_int_equal(size_of(place.path), 6);
    /* back: never over anything */
    assert_int_equal(ft_place_restore(place.image, place.stale, &err), -EEXIST);
    assert_int_equal(ft_place_delete(place.path, &err), 0);
    assert_int_equal(ft_place_delete(place.path, &err), 0);
    assert_int_equal(ft_place_restore(place.image, place.stale, &err), 0);
    holds("a.img", "old");
    /* it has its name already, and another one there is nobody's place */
    assert_int_equal(ft_place_restore(place.image, place.stale, &err), 0);
    holds("a.img", "old");
    put_file_bytes("other", "other", 5);
    assert_int_equal(ft_retire_rename(conn, "other", place.image, &err),
                     -EEXIST);
    ft_place_free(&place);
}

/* What is raw does not end as another format. */
static void
test_qcow2(void **state)
{
    struct ft_place place;

    (void)state;
    assert_int_equal(clear("vdb", CAPACITY, &place), 0);
    assert_non_null(strstr(place.path, "/b.qcow2.raw"));
    assert_non_null(strstr(place.image, "/b.qcow2"));
    holds(place.stale, "old");
    ft_place_free(&place);
}

static void
ignore_error(void *unused, virErrorPtr error)
{
    (void)unused;
    (void)error;
}

static int
setup(void **state)
{
    return scratch_enter(state) || !getcwd(folder, sizeof(folder) - 1) ? -1 : 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_place),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_qcow2),
    };
    int failed;

    virSetErrorFunc(NULL, ignore_error);
    conn = virConnectOpen("test:///default");
    if (!conn) {
        fprintf(stderr, "libvirt has no test driver\n");
        return 77;
    }
    failed = cmocka_run_group_tests(tests, setup, scratch_leave);
    virConnectClose(conn);
    return failed;
}
