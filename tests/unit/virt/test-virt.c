/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP replies and domain XML; volumes against libvirt's own test driver. */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <signal.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "virt/qemu-log.h"
#include "virt/qmp.h"
#include "virt/vm.h"
#include "virt/volume.h"

static void
test_qmp_reply(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *value = NULL;

    (void)state;
    assert_int_equal(ft_qmp_reply("x", "{\"return\":{\"a\":7},\"id\":\"l-1\"}",
                                  &value, &err),
                     0);
    assert_int_equal(json_integer_value(json_object_get(value, "a")), 7);
    assert_int_equal(ft_qmp_reply("x", "{\"return\":{}}", NULL, &err), 0);
}

static void
test_qmp_errors(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(
        ft_qmp_reply("eject",
                     "{\"error\":{\"class\":"
                     "\"GenericError\",\"desc\":\"Device is locked\"}}",
                     NULL, &err),
        -EREMOTEIO);
    assert_non_null(strstr(err.text, "eject"));
    assert_non_null(strstr(err.text, "Device is locked"));
    assert_int_equal(ft_qmp_reply("y",
                                  "{\"error\":{\"class\":"
                                  "\"CommandNotFound\",\"desc\":\"no\"}}",
                                  NULL, &err),
                     -ENOSYS);
    assert_int_equal(ft_qmp_reply("y",
                                  "{\"error\":{\"class\":"
                                  "\"DeviceNotFound\",\"desc\":\"no\"}}",
                                  NULL, &err),
                     -ENODEV);
    assert_true(ft_qmp_reply("y", "{\"error\":7}", NULL, &err) < 0);
    assert_true(ft_qmp_reply("y", "{}", NULL, &err) < 0);
    assert_true(ft_qmp_reply("y", "", NULL, &err) < 0);
    assert_true(ft_qmp_reply("y", "[]", NULL, &err) < 0);
}

static void
test_domain_xml(void **state)
{
    FT_AUTOFREE char *xml = read_data("domain/q35-qcow2-vga.xml");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_vm domain;

    (void)state;
    assert_int_equal(ft_vm_from_xml(xml, &domain, &err), 0);
    assert_string_equal(domain.name, "q2");
    assert_string_equal(domain.machine, "pc-q35-7.2");
    assert_int_equal(domain.memory, 128 << 20);
    assert_int_equal(domain.vcpus, 1);
    assert_int_equal(domain.n_disks, 1);
    assert_string_equal(domain.disks[0].target, "vda");
    assert_string_equal(domain.disks[0].format, "qcow2");
    assert_string_equal(domain.disks[0].alias, "virtio-disk0");
    assert_int_equal(domain.n_nics, 1);
    assert_string_equal(domain.nics[0].netdev, "hostnet0");
    assert_string_equal(domain.nics[0].model, "virtio");
    assert_int_equal(domain.nics[0].queues, 1);
    ft_vm_free(&domain);
    ft_vm_free(&domain);
    ft_vm_free(NULL);
    assert_int_equal(ft_vm_from_xml("<domain><vcpu current='3'>8</vcpu></domain>",
                                    &domain, &err),
                     0);
    assert_int_equal(domain.vcpus, 3); /* as many as are plugged in */
    ft_vm_free(&domain);
}

static void
test_domain_limits(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_vm domain;
    char *xml = calloc(1, 64 << 10);
    int i;

    (void)state;
    strcpy(xml, "<domain><devices>");
    for (i = 0; i <= FT_VM_NICS_MAX; i++)
        strcat(xml, "<interface type='user'/>");
    strcat(xml, "</devices></domain>");
    assert_int_equal(ft_vm_from_xml(xml, &domain, &err), -E2BIG);
    strcpy(xml, "<domain><name>");
    memset(xml + strlen(xml), 'n', 1000);
    strcat(xml, "</name></domain>");
    assert_int_equal(ft_vm_from_xml(xml, &domain, &err), -ERANGE);
    free(xml);
}

static void
test_no_process(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    pid_t pid;

    (void)state;
    assert_int_equal(ft_vm_pid("no-such-vm-here", "u", &pid, &err), -ESRCH);
    assert_int_equal(ft_vm_pid("../../etc/passwd", "u", &pid, &err), -EINVAL);
}

static virConnectPtr conn;

/* test:///default has one active pool of 100 GiB, default-pool, of type dir. */
static void
test_volume_life(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *path = NULL;
    FT_AUTOFREE char *again = NULL;
    FT_AUTOFREE char *found = NULL;
    char *none = NULL;

    (void)state;
    assert_int_equal(ft_volume_path(conn, "default-pool", "vm", "vda", &none,
                                    &err),
                     -ENOENT);
    if (ft_volume_create(conn, "default-pool", "vm", "vda", 1 << 20, &path,
                         &err))
        fail_msg("%s", err.text);
    assert_non_null(strstr(path, "vm-vda.ftreplica"));
    assert_int_equal(ft_volume_create(conn, "default-pool", "vm", "vda",
                                      1 << 20, &again, &err),
                     0);
    assert_string_equal(path, again);
    assert_int_equal(ft_volume_create(conn, "default-pool", "vm", "vda",
                                      2 << 20, &none, &err),
                     -EEXIST);
    assert_int_equal(ft_volume_path(conn, "default-pool", "vm", "vda", &found,
                                    &err),
                     0);
    assert_string_equal(path, found);
    assert_int_equal(ft_volume_delete(conn, "default-pool", "vm", "vda", &err),
                     0);
    assert_int_equal(ft_volume_delete(conn, "default-pool", "vm", "vda", &err),
                     0);
    assert_int_equal(ft_volume_path(conn, "default-pool", "vm", "vda", &none,
                                    &err),
                     -ENOENT);
}

static void
test_volume_refusals(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char *path = NULL;

    (void)state;
    assert_int_equal(ft_volume_create(conn, "default-pool", "vm", "vda",
                                      UINT64_C(1) << 50, &path, &err),
                     -ENOSPC);
    assert_non_null(strstr(err.hint, "1073741824 MiB"));
    assert_int_equal(ft_volume_create(conn, "no-pool", "vm", "vda", 1, &path,
                                      &err),
                     -ENOENT);
    assert_int_equal(ft_volume_create(conn, "default-pool", "../vm", "vda", 1,
                                      &path, &err),
                     -EINVAL);
    assert_int_equal(ft_volume_create(conn, "default-pool", "vm", "a/b", 1,
                                      &path, &err),
                     -EINVAL);
    assert_null(path);
}

static void
test_find_pool(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *any = NULL;
    FT_AUTOFREE char *named = NULL;
    char *none = NULL;

    (void)state;
    assert_int_equal(ft_volume_find_pool(conn, NULL, 1 << 20, &any, &err), 0);
    assert_string_equal(any, "default-pool");
    assert_int_equal(ft_volume_find_pool(conn, "default-pool", 1 << 20, &named,
                                         &err),
                     0);
    assert_int_equal(ft_volume_find_pool(conn, "none", 1, &none, &err), -ENOENT);
    assert_int_equal(ft_volume_find_pool(conn, NULL, UINT64_C(1) << 50, &none,
                                         &err),
                     -ENOSPC);
    assert_null(none);
}

/* That libvirt does not tell is no word about the VM; that it knows none is. */
static void
test_finding(void **state)
{
    static const char xml[] =
        "<domain type='test'><name>found</name><memory>4096</memory>"
        "<os><type>hvm</type></os></domain>";
    struct ft_error err = FT_ERROR_INIT;
    virDomainPtr dom = virDomainDefineXML(conn, xml), found = NULL;
    char uuid[VIR_UUID_STRING_BUFLEN];
    int now, reason;

    (void)state;
    assert_non_null(dom);
    assert_int_equal(virDomainGetUUIDString(dom, uuid), 0);
    assert_int_equal(ft_vm_find(conn, uuid, &found, &err), 0);
    assert_non_null(found);
    assert_int_equal(ft_vm_state(found, &now, &reason, &err), 0);
    assert_int_equal(now, VIR_DOMAIN_SHUTOFF);
    assert_int_equal(ft_vm_find(NULL, uuid, &found, &err), -EHOSTUNREACH);
    assert_null(found);
    assert_int_equal(virDomainUndefine(dom), 0);
    assert_int_equal(ft_vm_find(conn, uuid, &found, &err), 0);
    assert_null(found);
    assert_int_equal(ft_vm_state(dom, &now, NULL, &err), 0);
    assert_int_equal(now, VIR_DOMAIN_NOSTATE);
    virDomainFree(dom);
    assert_int_equal(ft_vm_state(NULL, &now, NULL, &err), -EHOSTUNREACH);
}

static void
test_process_ends(void **state)
{
    struct rlimit files, none;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        pause();
        _exit(0);
    }
    assert_true(pid > 0);
    assert_false(ft_vm_process_ends(getpid()));
    assert_false(ft_vm_process_ends(pid));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    none = (struct rlimit){ .rlim_cur = 0, .rlim_max = files.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_false(ft_vm_process_ends(pid)); /* nobody can tell */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
    assert_true(ft_vm_process_ends(pid)); /* a zombie */
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(ft_vm_process_ends(pid));
}

#define BEGAN \
    "2026-11-28 18:00:00.123+0000: starting up libvirt version: 9.0.0\n"
#define SIGNAL                                                        \
    "2026-11-28T18:00:01.345678Z qemu-system-x86_64: terminating on " \
    "signal 15 from pid 4242 (kill)\n"
#define ENDED "2026-11-28 18:00:01.567+0000: shutting down, reason=shutdown\n"

static void
test_qemu_log(void **state)
{
    (void)state;
    assert_false(ft_qemu_log_tells_signal(""));
    assert_false(ft_qemu_log_tells_signal(BEGAN ENDED));
    assert_true(ft_qemu_log_tells_signal(BEGAN SIGNAL ENDED));
    assert_true(
        ft_qemu_log_tells_signal(SIGNAL ENDED)); /* the begin is cut off */
    assert_true(ft_qemu_log_tells_signal(BEGAN ENDED BEGAN SIGNAL));
    /* of an earlier run */
    assert_false(ft_qemu_log_tells_signal(BEGAN SIGNAL ENDED BEGAN ENDED));
    assert_false(ft_qemu_log_signal("no such VM"));
    assert_false(ft_qemu_log_signal("../../../etc/passwd"));
}

static void
ignore_error(void *unused, virErrorPtr error)
{
    (void)unused;
    (void)error;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_qmp_reply),
        cmocka_unit_test(test_qmp_errors),
        cmocka_unit_test(test_domain_xml),
        cmocka_unit_test(test_domain_limits),
        cmocka_unit_test(test_no_process),
        cmocka_unit_test(test_finding),
        cmocka_unit_test(test_process_ends),
        cmocka_unit_test(test_qemu_log),
        cmocka_unit_test(test_volume_life),
        cmocka_unit_test(test_volume_refusals),
        cmocka_unit_test(test_find_pool),
    };
    int failed;

    virSetErrorFunc(NULL, ignore_error);
    conn = virConnectOpen("test:///default");
    if (!conn) {
        fprintf(stderr, "libvirt has no test driver\n");
        return 77;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    virConnectClose(conn);
    return failed;
}
