/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a pair's disks are on a host that had the VM, from the first copy there to
 * the end of the pair; against libvirt's own test driver.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "virt/vm.h"
#include "worker/worker-disks.h"
#include "worker/worker-made.h"

#define UUID "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

static struct ft_worker worker = { .config = { .vm = "vm1", .vm_uuid = UUID } };
static char folder[PATH_MAX], image[2 * PATH_MAX];
static unsigned persisted, noted, dies_at;
static jmp_buf death;

void
ft_worker_persist(struct ft_worker *w)
{
    (void)w;
    if (++persisted == dies_at)
        longjmp(death, 1);
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
place(char **path)
{
    struct ft_error err = FT_ERROR_INIT;

    return ft_worker_place_disk(&worker, "vda", 4096, path, &err);
}

/* As one that dies here, and another one that reads the record after it. */
static int
place_and_die(unsigned at)
{
    char *path = NULL;
    int died;

    dies_at = at;
    died = setjmp(death);
    if (!died)
        place(&path);
    free(path);
    dies_at = 0;
    return died;
}

static void
undo(enum ft_undo what)
{
    FT_AUTOJSON json_t *left = json_array();

    ft_worker_undo_made(&worker, what, NULL, left);
    assert_int_equal(json_array_size(left), 0);
}

static void
image_is(const char *text)
{
    FT_AUTOFREE char *data = NULL;

    assert_int_equal(ft_file_read(image, 100, &data, NULL), 0);
    assert_string_equal(data, text);
}

static size_t
files(void)
{
    DIR *here = opendir(".");
    size_t n = 0;

    for (const struct dirent *e; here && (e = readdir(here));)
        n += e->d_name[0] != '.';
    if (here)
        closedir(here);
    return n;
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

static void
clear_folder(void)
{
    DIR *here = opendir(".");

    for (const struct dirent *e; here && (e = readdir(here));)
        if (e->d_name[0] != '.')
            unlink(e->d_name);
    if (here)
        closedir(here);
}

static int
begin(void **state)
{
    (void)state;
    ft_pair_state_clear(&worker.state);
    memset(&worker.state, 0, sizeof(worker.state));
    json_decref(FT_STEAL(worker.parting));
    clear_folder();
    snprintf(image, sizeof(image), "%s/vm1.qcow2", folder);
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
    struct ft_error err = FT_ERROR_INIT;
    const struct ft_made volume = { FT_MADE_VOLUME, "vda", "pool", "", false };

    (void)state;
    assert_int_equal(ft_worker_make(&worker, &volume, &err), 0);
    assert_int_equal(place(&path), -ENOENT); /* a volume serves */
    ft_worker_unmade(&worker, FT_MADE_VOLUME, "vda");
    assert_int_equal(ft_worker_make_definition(&worker, &err), 0);
    assert_int_equal(place(&path), -ENOENT); /* by us, not its own */
    ft_worker_unmade(&worker, FT_MADE_DEFINITION, "");
    worker.config.self = 1; /* the VM never ran here */
    assert_int_equal(place(&path), -ENOENT);
    worker.config.self = 0;
    json_decref(worker.state.images); /* another VM's image */
    worker.state.images = NULL;
    assert_int_equal(place(&path), -ENOENT);
    image_is("first");
    assert_int_equal(persisted, 4);
    assert_int_equal(noted, 0);
}

static void
test_copy_ends(void **state)
{
    FT_AUTOFREE char *path = NULL, *again = NULL;

    (void)state;
    ft_worker_disks_begin(&worker);
    assert_int_equal(place(&path), 0);
    assert_int_equal(noted, 1);
    assert_int_equal(access(image, F_OK), -1);
    assert_true(ft_pair_state_has_image(&worker.state, path));
    assert_true(is_defined_at(image)); /* as it was, and is not started so */
    assert_int_equal(place(&again), 0);
    assert_string_equal(path, again);
    undo(FT_UNDO_COPY);
    assert_int_equal(access(path, F_OK), -1);
    image_is("first");
    ft_worker_tell_stale(&worker);
    assert_int_equal(json_array_size(json_object_get(worker.parting, "images")),
                     0);
}

/* A raw image's place is its own path: what has that name is not always ours. */
static void
use_raw_image(void)
{
    snprintf(image, sizeof(image), "%s/vm1.raw", folder);
    assert_int_equal(rename("vm1.qcow2", image), 0);
    ft_pair_state_add_image(&worker.state, image);
    define();
}

/* Dead at each writing of the record: the undo leaves what was there before. */
static void
test_death_in_between(void **state)
{
    size_t before = files();
    unsigned at;

    (void)state;
    use_raw_image();
    for (at = 1; place_and_die(at); at++) {
        assert_true(at < 10);
        persisted = 0;
        undo(FT_UNDO_COPY);
        image_is("first");
        assert_int_equal(files(), before);
        assert_int_equal(json_array_size(worker.state.made), 0);
        persisted = 0;
    }
    assert_true(at > 2);
    undo(FT_UNDO_COPY);
}

/* The next one goes on after it, and has the image kept aside as well. */
static void
test_death_and_again(void **state)
{
    unsigned at;

    (void)state;
    use_raw_image();
    for (at = 1; place_and_die(at); at++) {
        FT_AUTOFREE char *path = NULL;
        struct ft_made made;

        persisted = 0;
        assert_int_equal(place(&path), 0);
        assert_true(
            ft_made_find(worker.state.made, FT_MADE_RENAMED, "vda", &made));
        assert_int_equal(access(made.now, F_OK), 0);
        undo(FT_UNDO_COPY);
        image_is("first");
        persisted = 0;
    }
    undo(FT_UNDO_COPY);
}

/* Who undoes it dies as well: what has its own name again is not deleted. */
static void
test_death_of_the_undo(void **state)
{
    char *path = NULL;

    (void)state;
    use_raw_image();
    for (unsigned at = 1; at <= 2; at++) {
        assert_int_equal(place(&path), 0);
        free(path);
        persisted = 0;
        dies_at = at;
        if (!setjmp(death))
            undo(FT_UNDO_COPY);
        dies_at = 0;
        undo(FT_UNDO_COPY);
        undo(FT_UNDO_COPY);
        image_is("first");
        assert_int_equal(json_array_size(worker.state.made), 0);
    }
}

/* Who took over died before it could define what it ran. */
static void
test_ran(void **state)
{
    virDomainPtr dom = virDomainLookupByUUIDString(worker.conn, UUID);
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *path = NULL;
    const json_t *told;

    (void)state;
    ft_worker_disks_begin(&worker);
    assert_int_equal(place(&path), 0);
    assert_int_equal(ft_worker_settle_disks(&worker, dom, &err), 0);
    assert_true(is_defined_at(path));
    ft_worker_disks_settled(&worker);
    define(); /* somebody has another idea: it is theirs from now on */
    assert_int_equal(ft_worker_settle_disks(&worker, dom, &err), 0);
    assert_false(is_defined_at(path));
    virDomainFree(dom);
    undo(FT_UNDO_HERE); /* it is the VM's disk */
    assert_int_equal(access(path, F_OK), 0);
    /* the image of before is no more what the VM was, and keeps its new name */
    undo(FT_UNDO_COPY);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(image, F_OK), -1);
    ft_worker_tell_stale(&worker);
    told = json_array_get(json_object_get(worker.parting, "images"), 0);
    assert_string_equal(ft_json_string(told, "path", ""), image);
    assert_int_equal(access(ft_json_string(told, "now", ""), F_OK), 0);
}

static void
list_file(const char *target, const char *path, bool used)
{
    struct ft_error err = FT_ERROR_INIT;
    const struct ft_made made = { FT_MADE_FILE, target, path, "", used };

    put_file_bytes(path, "ours", 4);
    assert_int_equal(ft_worker_make(&worker, &made, &err), 0);
}

/* Replicas of disks that the VM has no more go, but for what it ran with. */
static void
test_disks_that_went(void **state)
{
    FT_AUTOJSON json_t *disks = json_pack("[{s:s}]", "target", "vda");
    struct ft_error err = FT_ERROR_INIT;
    const struct ft_made volume = { FT_MADE_VOLUME, "vde", "default-pool", "",
                                    false };

    (void)state;
    list_file("vda", "a", false);
    list_file("vdb", "b", false);
    list_file("vdc", "c", true);
    assert_int_equal(ft_worker_make(&worker, &volume, &err), 0);
    ft_worker_undo_made(&worker, FT_UNDO_DISKS, disks, NULL);
    assert_int_equal(access("a", F_OK), 0);
    assert_int_equal(access("b", F_OK), -1);
    assert_int_equal(access("c", F_OK), 0);
    assert_int_equal(json_array_size(worker.state.made), 1);
    undo(FT_UNDO_COPY);
    assert_int_equal(access("a", F_OK), -1);
    assert_int_equal(access("c", F_OK), 0);
}

/* Where the VM goes on, what it has stays, and what is of no use to it goes. */
static void
test_vm_stays(void **state)
{
    struct ft_vm_disk now = { .target = "vdd", .source = "d" };
    const struct ft_vm vm = { .disks = &now, .n_disks = 1 };
    struct ft_made made;

    (void)state;
    worker.dom = virDomainLookupByUUIDString(worker.conn, UUID);
    list_file("vda", image, false); /* as its definition has it */
    list_file("vdb", "b", false);
    list_file("vdc", "c", true);
    list_file("vdd", "d", true);
    undo(FT_UNDO_HERE);
    assert_int_equal(access(image, F_OK), 0);
    assert_int_equal(access("b", F_OK), -1);
    assert_int_equal(access("c", F_OK), 0);
    /* what was taken from the VM after it ran here is not ours to delete */
    ft_worker_made_release(&worker, &vm);
    assert_false(ft_made_find(worker.state.made, FT_MADE_FILE, "vdc", &made));
    assert_true(ft_made_find(worker.state.made, FT_MADE_FILE, "vdd", &made));
    virDomainFree(worker.dom);
    worker.dom = NULL;
    list_file("vdb", "b", false); /* nothing tells what it has: all stays */
    undo(FT_UNDO_HERE);
    assert_int_equal(access("b", F_OK), 0);
}

/* Of a VM that has none here: ours before it is there, and gone with the copy. */
static void
test_definition(void **state)
{
    virDomainPtr dom = virDomainLookupByUUIDString(worker.conn, UUID);
    struct ft_error err = FT_ERROR_INIT;
    struct ft_made made;

    (void)state;
    assert_int_equal(virDomainCreate(dom), 0);
    assert_int_equal(virDomainUndefine(dom), 0);
    ft_worker_disks_begin(&worker);
    dies_at = persisted + 1;
    if (!setjmp(death))
        ft_worker_settle_disks(&worker, dom, &err);
    dies_at = 0;
    assert_int_equal(virDomainIsPersistent(dom), 0);
    assert_true(ft_made_find(worker.state.made, FT_MADE_DEFINITION, "", &made));
    undo(FT_UNDO_COPY);
    assert_int_equal(json_array_size(worker.state.made), 0);
    assert_int_equal(ft_worker_settle_disks(&worker, dom, &err), 0);
    assert_int_equal(virDomainIsPersistent(dom), 1);
    undo(FT_UNDO_HERE);
    assert_int_equal(virDomainIsPersistent(dom), 1);
    undo(FT_UNDO_COPY);
    assert_int_equal(virDomainIsPersistent(dom), 0);
    assert_int_equal(virDomainDestroy(dom), 0);
    virDomainFree(dom);
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
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_not_for_it, begin),
        cmocka_unit_test_setup(test_copy_ends, begin),
        cmocka_unit_test_setup(test_death_in_between, begin),
        cmocka_unit_test_setup(test_death_and_again, begin),
        cmocka_unit_test_setup(test_death_of_the_undo, begin),
        cmocka_unit_test_setup(test_ran, begin),
        cmocka_unit_test_setup(test_disks_that_went, begin),
        cmocka_unit_test_setup(test_vm_stays, begin),
        cmocka_unit_test_setup(test_definition, begin),
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
