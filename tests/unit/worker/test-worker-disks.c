/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a pair's disks are on a host that had the VM, from the first copy there to
 * the end of the pair; against libvirt's own test driver.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <limits.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "worker/worker-disks.h"

#define UUID "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

static struct ft_worker worker = { .config = { .vm = "vm1", .vm_uuid = UUID } };
static char folder[PATH_MAX], image[2 * PATH_MAX];
static int persisted, noted;

void
ft_worker_persist(struct ft_worker *w)
{
    (void)w;
    persisted++;
}

void
ft_worker_note(struct ft_worker *w, const char *severity, const char *kind,
               const char *format, ...)
{
    (void)w;
    (void)severity;
    (void)kind;
    (void)format;
    noted++;
}

static void
define(void)
{
    char xml[4 * PATH_MAX];
    virDomainPtr dom;

    assert_true(snprintf(xml, sizeof(xml),
                         "<domain type='test'><name>vm1</name><uuid>" UUID
                         "</uuid><memory>65536</memory><os><type>hvm</type></os>"
                         "<devices><disk type='file' device='disk'>"
                         "<driver type='qcow2'/><source file='%s'/>"
                         "<target dev='vda' bus='virtio'/></disk>"
                         "</devices></domain>",
                         image) < (int)sizeof(xml));
    dom = virDomainDefineXML(worker.conn, xml);
    if (!dom)
        fail_msg("%s", virGetLastErrorMessage());
    virDomainFree(dom);
}

static int
place(bool pooled, char **path)
{
    struct ft_error err = FT_ERROR_INIT;

    return ft_worker_place_disk(&worker, "vda", 4096, pooled, path, &err);
}

/* Whether the VM's definition has this path. */
static bool
is_defined_at(const char *path)
{
    virDomainPtr dom = virDomainLookupByUUIDString(worker.conn, UUID);
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE);
    char quoted[3 * PATH_MAX];

    virDomainFree(dom);
    snprintf(quoted, sizeof(quoted), "'%s'", path);
    return strstr(xml, quoted) != NULL;
}

static int
begin(void **state)
{
    (void)state;
    ft_pair_state_clear(&worker.state);
    memset(&worker.state, 0, sizeof(worker.state));
    json_decref(FT_STEAL(worker.parting));
    put_file_bytes("vm1.qcow2", "first", 5);
    ft_pair_state_add_image(&worker.state, image);
    define();
    persisted = noted = 0;
    return 0;
}

static void
test_not_for_it(void **state)
{
    FT_AUTOFREE char *path = NULL;

    (void)state;
    assert_int_equal(place(true, &path), -ENOENT); /* a volume serves */
    worker.state.defined = 1;                      /* by us, not its own */
    assert_int_equal(place(false, &path), -ENOENT);
    worker.state.defined = 0;
    worker.config.self = 1; /* the VM never ran here */
    assert_int_equal(place(false, &path), -ENOENT);
    worker.config.self = 0;
    json_decref(worker.state.images); /* another VM's image */
    worker.state.images = NULL;
    assert_int_equal(place(false, &path), -ENOENT);
    assert_int_equal(access(image, F_OK), 0);
    assert_int_equal(persisted + noted, 0);
}

static void
test_copy_ends(void **state)
{
    FT_AUTOJSON json_t *left = json_array();
    FT_AUTOFREE char *path = NULL, *again = NULL;

    (void)state;
    ft_worker_disks_begin(&worker);
    assert_int_equal(place(false, &path), 0);
    assert_int_equal(persisted, 1);
    assert_int_equal(noted, 1);
    assert_int_equal(access(image, F_OK), -1);
    assert_true(ft_pair_state_has_image(&worker.state, path));
    assert_true(is_defined_at(image)); /* as it was, and is not started so */
    assert_int_equal(place(false, &again), 0);
    assert_string_equal(path, again);
    ft_worker_leave_places(&worker, true, left);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(image, F_OK), 0);
    assert_int_equal(json_array_size(left), 0);
    ft_worker_tell_stale(&worker);
    assert_int_equal(json_array_size(json_object_get(worker.parting, "images")),
                     0);
}

/* Who took over died before it could define what it ran. */
static void
test_ran(void **state)
{
    virDomainPtr dom = virDomainLookupByUUIDString(worker.conn, UUID);
    FT_AUTOJSON json_t *left = json_array();
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *path = NULL;
    const json_t *told;

    (void)state;
    ft_worker_disks_begin(&worker);
    assert_int_equal(place(false, &path), 0);
    assert_int_equal(ft_worker_settle_disks(&worker, dom, &err), 0);
    assert_true(is_defined_at(path));
    ft_worker_disks_settled(&worker);
    define(); /* somebody has another idea: it is theirs from now on */
    assert_int_equal(ft_worker_settle_disks(&worker, dom, &err), 0);
    assert_false(is_defined_at(path));
    virDomainFree(dom);
    /* the image of before is no more what the VM was, and keeps its new name */
    ft_worker_leave_places(&worker, true, left);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(image, F_OK), -1);
    ft_worker_tell_stale(&worker);
    told = json_array_get(json_object_get(worker.parting, "images"), 0);
    assert_string_equal(ft_json_string(told, "path", ""), image);
    assert_int_equal(access(ft_json_string(told, "now", ""), F_OK), 0);
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
    if (scratch_enter(state) || !getcwd(folder, sizeof(folder) - 1))
        return -1;
    snprintf(image, sizeof(image), "%s/vm1.qcow2", folder);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_not_for_it, begin),
        cmocka_unit_test_setup(test_copy_ends, begin),
        cmocka_unit_test_setup(test_ran, begin),
    };
    int failed;

    virSetErrorFunc(NULL, ignore_error);
    worker.conn = virConnectOpen("test:///default");
    if (!worker.conn) {
        fprintf(stderr, "libvirt has no test driver\n");
        return 77;
    }
    failed = cmocka_run_group_tests(tests, setup, scratch_leave);
    virConnectClose(worker.conn);
    return failed;
}
