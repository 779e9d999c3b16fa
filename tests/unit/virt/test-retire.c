/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left of a VM that runs elsewhere, against libvirt's own test driver:
 * its definition becomes a file, its images get names by their age, and nothing
 * is deleted.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "virt/retire.h"

#define UUID "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
#define OTHER "00000000-0000-4000-8000-00000000000f"
#define WRITTEN 1796222352 /* 2026-12-02T14:39:12Z */

static virConnectPtr conn;
static char folder[PATH_MAX];

static void
define(const char *name, const char *uuid, const char *disks)
{
    char xml[4 * PATH_MAX];
    virDomainPtr dom;

    assert_true(snprintf(xml, sizeof(xml),
                         "<domain type='test'><name>%s</name><uuid>%s</uuid>"
                         "<memory>65536</memory><os><type>hvm</type></os>"
                         "<devices>%s</devices></domain>",
                         name, uuid, disks) < (int)sizeof(xml));
    dom = virDomainDefineXML(conn, xml);
    if (!dom)
        fail_msg("%s", virGetLastErrorMessage());
    virDomainFree(dom);
}

static void
disk(char *out, size_t size, const char *file, const char *target,
     const char *more)
{
    size_t n = strlen(out);

    snprintf(out + n, size - n,
             "<disk type='file' device='disk'><source file='%s/%s'/>"
             "<target dev='%s' bus='virtio'/>%s</disk>",
             folder, file, target, more);
}

static void
image(const char *name)
{
    const struct timespec times[2] = { { WRITTEN, 0 }, { WRITTEN, 0 } };

    put_file_bytes(name, "data", 4);
    assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

static json_t *
retire(int expected)
{
    struct ft_error err = FT_ERROR_INIT;
    json_t *report;

    assert_int_equal(ft_retire(conn, UUID, "retired", &report, &err), expected);
    if (expected)
        assert_true(err.text[0] != '\0');
    return report;
}

static bool
is_known(const char *uuid)
{
    virDomainPtr dom = virDomainLookupByUUIDString(conn, uuid);

    if (dom)
        virDomainFree(dom);
    return dom != NULL;
}

static void
test_nothing(void **state)
{
    FT_AUTOJSON json_t *report = retire(0);

    (void)state;
    assert_true(json_is_null(json_object_get(report, "definition")));
    assert_int_equal(json_array_size(json_object_get(report, "images")), 0);
    assert_int_equal(json_array_size(json_object_get(report, "left")), 0);
}

static void
test_put_away(void **state)
{
    char disks[4 * PATH_MAX] = "", xml_path[PATH_MAX];
    FT_AUTOJSON json_t *report = NULL;
    FT_AUTOJSON json_t *again = NULL;
    FT_AUTOFREE char *xml = NULL;
    const json_t *images;
    struct stat st;

    (void)state;
    image("old.raw");
    image("cd.iso");
    disk(disks, sizeof(disks), "old.raw", "vda", "");
    disk(disks, sizeof(disks), "cd.iso", "vdb", "<readonly/>");
    disk(disks, sizeof(disks), "never-was.raw", "vdc", "");
    define("vm1", UUID, disks);
    report = retire(0);
    assert_false(is_known(UUID));
    snprintf(xml_path, sizeof(xml_path), "%s",
             ft_json_string(report, "definition", ""));
    assert_int_equal(ft_file_read(xml_path, 1 << 20, &xml, NULL), 0);
    assert_non_null(strstr(xml, "/old.raw"));
    assert_int_equal(stat(xml_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    images = json_object_get(report, "images");
    assert_int_equal(json_array_size(images), 1);
    assert_non_null(strstr(ft_json_string(json_array_get(images, 0), "now", ""),
                           "/old.raw.stale-20261202T143912Z"));
    assert_string_equal(ft_json_string(json_array_get(images, 0), "written", ""),
                        "2026-12-02T14:39:12.000Z");
    assert_int_equal(access("old.raw", F_OK), -1);
    assert_int_equal(access("old.raw.stale-20261202T143912Z", F_OK), 0);
    assert_int_equal(access("cd.iso", F_OK), 0);
    assert_int_equal(json_array_size(json_object_get(report, "left")), 0);
    again = retire(0); /* there is nothing left to do */
    assert_true(json_is_null(json_object_get(again, "definition")));
}

/* Its UEFI variables go with its disks: they are as old. */
static void
test_nvram(void **state)
{
    FT_AUTOJSON json_t *report = NULL;
    char os[2 * PATH_MAX], xml[4 * PATH_MAX];
    virDomainPtr dom;

    (void)state;
    image("vm1_VARS.fd");
    snprintf(os, sizeof(os),
             "<os><type>hvm</type><loader type='pflash'>/fw</loader>"
             "<nvram>%s/vm1_VARS.fd</nvram></os>",
             folder);
    assert_true(snprintf(xml, sizeof(xml),
                         "<domain type='test'><name>vm1</name><uuid>" UUID
                         "</uuid><memory>65536</memory>%s</domain>",
                         os) < (int)sizeof(xml));
    dom = virDomainDefineXML(conn, xml);
    assert_non_null(dom);
    virDomainFree(dom);
    report = retire(0);
    assert_false(is_known(UUID));
    assert_int_equal(json_array_size(json_object_get(report, "images")), 1);
    assert_int_equal(access("vm1_VARS.fd", F_OK), -1);
    assert_int_equal(access("vm1_VARS.fd.stale-20261202T143912Z", F_OK), 0);
}

/* Nothing is ever replaced, and what another VM has keeps its name. */
static void
test_in_the_way(void **state)
{
    char disks[4 * PATH_MAX] = "", others[2 * PATH_MAX] = "";
    FT_AUTOJSON json_t *report = NULL;

    (void)state;
    image("twice.raw");
    image("twice.raw.stale-20261202T143912Z");
    image("common.raw");
    disk(disks, sizeof(disks), "twice.raw", "vda", "");
    disk(disks, sizeof(disks), "common.raw", "vdb", "");
    disk(others, sizeof(others), "common.raw", "vda", "");
    define("vm1", UUID, disks);
    define("other", OTHER, others);
    report = retire(0);
    assert_int_equal(access("twice.raw.stale-20261202T143912Z-2", F_OK), 0);
    assert_int_equal(access("common.raw", F_OK), 0);
    assert_non_null(strstr(
        json_string_value(json_array_get(json_object_get(report, "left"), 0)),
        "VM other has it, too"));
    assert_false(is_known(UUID));
    assert_true(is_known(OTHER));
}

static void
test_runs(void **state)
{
    FT_AUTOJSON json_t *report = NULL;
    char disks[2 * PATH_MAX] = "";
    virDomainPtr dom;

    (void)state;
    image("busy.raw");
    disk(disks, sizeof(disks), "busy.raw", "vda", "");
    define("vm1", UUID, disks);
    dom = virDomainLookupByUUIDString(conn, UUID);
    assert_int_equal(virDomainCreate(dom), 0);
    report = retire(-EBUSY);
    assert_int_equal(access("busy.raw", F_OK), 0);
    assert_true(is_known(UUID));
    assert_int_equal(virDomainDestroy(dom), 0);
    virDomainFree(dom);
}

static void
test_images(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char written[32];
    char *now;

    (void)state;
    assert_int_equal(ft_retire_name("none", &now, written, &err), -ENOENT);
    assert_null(now);
    assert_int_equal(mkdir("device", 0700), 0); /* as a block device: no file */
    assert_int_equal(ft_retire_name("device", &now, written, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "older than the VM"));
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
        cmocka_unit_test(test_nothing), cmocka_unit_test(test_put_away),
        cmocka_unit_test(test_nvram),   cmocka_unit_test(test_in_the_way),
        cmocka_unit_test(test_runs),    cmocka_unit_test(test_images),
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
