/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts for tests, built through the real decoder: h1 (with the VM vm1), h2, h3
 * are KVM hosts alike, w1 has no libvirt. Tests change members as they need.
 */
#ifndef FT_TEST_INVENTORY_FIXTURE_H
#define FT_TEST_INVENTORY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "inventory/host.h"
#include "plan/inventory.h"

#define VM_UUID "6a0c1f6e-6d1b-4f0b-9a43-7bfa3f8a2b10"
#define PAIR_UUID "11111111-2222-3333-4444-555555555555"
#define GIB_BYTES (UINT64_C(1) << 30)

#define VM1_XML                                                              \
    "<domain type='qemu' id='1'><name>vm1</name>"                            \
    "<uuid>" VM_UUID "</uuid><os><type arch='x86_64' "                       \
    "machine='pc-i440fx-7.2'>hvm</type></os><devices>"                       \
    "<disk type='file' device='disk'><source file='/var/lib/libvirt/images/" \
    "vm1.qcow2'/><target dev='vda' bus='virtio'/></disk>"                    \
    "<interface type='bridge'><mac address='52:54:00:11:22:33'/>"            \
    "<source bridge='br0'/><model type='virtio'/></interface>"               \
    "</devices></domain>"

static const char kernel_facts[] =
    "\"kernel\":{\"release\":\"6.12.1\",\"userfaultfd\":true,"
    "\"uffd_wp_async\":true,\"pagemap_scan\":true,\"pidfd_getfd\":true,"
    "\"kvm\":false,\"vhost_net\":false,\"security\":\"apparmor\"},"
    "\"cpu\":{\"model\":\"AMD EPYC\",\"vendor\":\"AuthenticAMD\","
    "\"flags\":\"fpu sse sse2 avx\",\"count\":8,\"microcode\":\"0xa0011d1\"},"
    "\"memory\":{\"total\":34359738368,\"available\":17179869184}";

static const char libvirt_facts[] =
    "\"libvirt\":{\"version\":\"9.0.0\",\"uri\":\"qemu:///system\"},"
    "\"networks\":[{\"name\":\"default\",\"bridge\":\"virbr0\","
    "\"forward\":\"nat\",\"active\":true}],"
    "\"pools\":[{\"name\":\"default\",\"type\":\"dir\","
    "\"path\":\"/var/lib/libvirt/images\",\"active\":true,\"autostart\":true,"
    "\"capacity\":107374182400,\"available\":53687091200}],"
    "\"emulators\":[{\"path\":\"/usr/bin/qemu-system-x86_64\","
    "\"version\":\"7.2.22\",\"package\":\"Debian 1:7.2+dfsg-7+deb12u18\","
    "\"machines\":[\"pc\",\"pc-i440fx-7.2\",\"q35\"]}]";

static const char domain_facts[] =
    "{\"name\":\"vm1\",\"uuid\":\"" VM_UUID "\",\"state\":\"running\","
    "\"autostart\":true,\"persistent\":true,\"memory\":1073741824,\"vcpus\":2,"
    "\"pid\":4711,\"machine\":\"pc-i440fx-7.2\","
    "\"emulator\":\"/usr/bin/qemu-system-x86_64\",\"qemu_version\":\"7.2.22\","
    "\"xml\":\"" VM1_XML "\",\"macs\":[\"52:54:00:11:22:33\"],"
    "\"disks\":[{\"target\":\"vda\",\"device\":\"disk\",\"format\":\"qcow2\","
    "\"source\":\"/var/lib/libvirt/images/vm1.qcow2\",\"pool\":\"default\","
    "\"capacity\":10737418240}]}";

/* Facts of host number n: br0 10.77.0.n, eth1 10.78.0.n. */
__attribute__((unused)) static json_t *
make_facts(const char *name, int n, int with_libvirt, const char *domains)
{
    FT_AUTOFREE char *text = NULL;
    json_t *facts = NULL;
    struct ft_error err = FT_ERROR_INIT;

    assert_true(
        asprintf(
            &text,
            "{\"schema\":1,\"engine\":\"0.1.0\",\"hostname\":\"%s\","
            "\"machine_id\":\"id-%s\",\"realtime_ns\":1000000000,"
            "\"condition\":{\"told\":true,\"clock_set\":1,"
            "\"clocksource\":\"tsc\",\"chassis\":\"serial-%s\","
            "\"commit_left\":-1,\"room\":10737418240,\"cpu_pressure\":120,"
            "\"memory_pressure\":0,\"io_pressure\":10},%s,"
            "\"nics\":[{\"name\":\"br0\",\"mac\":\"02:00:00:00:00:0%d\","
            "\"bridge\":true,\"up\":true,\"carrier\":true,\"speed_mbps\":-1,"
            "\"mtu\":1500,\"addresses\":[{\"text\":\"10.77.0.%d\",\"prefix\":24}]},"
            "{\"name\":\"eth0\",\"master\":\"br0\",\"up\":true,\"carrier\":true,"
            "\"speed_mbps\":1000,\"addresses\":[]},"
            "{\"name\":\"eth1\",\"up\":true,\"carrier\":true,\"speed_mbps\":10000,"
            "\"mtu\":9000,"
            "\"addresses\":[{\"text\":\"10.78.0.%d\",\"prefix\":24}]},"
            "{\"name\":\"virbr0\",\"bridge\":true,\"up\":true,\"carrier\":false,"
            "\"speed_mbps\":-1,\"addresses\":[{\"text\":\"192.168.122.1\","
            "\"prefix\":24}]}],%s,\"domains\":[%s]}",
            name, name, name, kernel_facts, n, n, n,
            with_libvirt ? libvirt_facts
                         : "\"libvirt\":{\"error\":\"no socket\"}",
            domains) > 0);
    if (ft_json_parse(text, strlen(text), &facts, &err) < 0)
        fail_msg("%s", err.text);
    return facts;
}

__attribute__((unused)) static struct ft_host *
make_host(const char *name, int n, int with_libvirt, const char *domains)
{
    FT_AUTOJSON json_t *facts = make_facts(name, n, with_libvirt, domains);
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *host = NULL;

    if (ft_host_from_json(facts, &host, &err) < 0)
        fail_msg("%s", err.text);
    strcpy(host->name, name);
    return host;
}

struct fixture {
    struct ft_host *h1, *h2, *h3, *w1;
    const struct ft_host *list[4];
    struct ft_inventory inventory;
    struct ft_domain *vm; /* vm1 on h1 */
};

__attribute__((unused)) static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->h1 = make_host("h1", 1, 1, domain_facts);
    f->h2 = make_host("h2", 2, 1, "");
    f->h3 = make_host("h3", 3, 1, "");
    f->w1 = make_host("w1", 9, 0, "");
    f->list[0] = f->h1;
    f->list[1] = f->h2;
    f->list[2] = f->h3;
    f->list[3] = f->w1;
    f->inventory.hosts = f->list;
    f->inventory.host_count = 4;
    f->vm = &f->h1->domains[0];
    *state = f;
    return 0;
}

__attribute__((unused)) static int
tear_down(void **state)
{
    struct fixture *f = *state;

    ft_host_free(f->h1);
    ft_host_free(f->h2);
    ft_host_free(f->h3);
    ft_host_free(f->w1);
    free(f);
    return 0;
}

__attribute__((unused)) static void
replace_xml(struct ft_domain *vm, const char *xml)
{
    free(vm->xml);
    vm->xml = strdup(xml);
    assert_non_null(vm->xml);
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
