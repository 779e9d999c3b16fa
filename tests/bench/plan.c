/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long it takes to check one VM against all hosts, to place it, and what memory
 * the inventory takes: 200 hosts with 25 VMs each, every second one protected. Prints
 * one line a figure. Needs no lab.
 *   plan [HOSTS [VMS-A-HOST]]
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "plan/plan.h"

#define ROUNDS 5

static const char xml[] =
    "<domain type='kvm' id='1'><name>%s</name><uuid>%s</uuid><os><type "
    "arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices>"
    "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source "
    "file='/var/lib/libvirt/images/%s.qcow2'/><target dev='vda' bus='virtio'/>"
    "</disk><interface type='bridge'><mac address='%s'/><source bridge='br0'/>"
    "<model type='virtio'/></interface><channel type='unix'><target "
    "type='virtio' name='org.qemu.guest_agent.0'/></channel><rng "
    "model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
    "<memballoon model='virtio'/></devices></domain>";

static json_t *
make_vm(int host, int number)
{
    char name[32], uuid[40], mac[18], text[2048];

    snprintf(name, sizeof(name), "vm-%d-%d", host, number);
    snprintf(uuid, sizeof(uuid), "%08x-%04x-4000-8000-000000000000", host,
             number);
    snprintf(mac, sizeof(mac), "52:54:00:%02x:%02x:%02x", host / 256,
             host % 256, number % 256);
    snprintf(text, sizeof(text), xml, name, uuid, name, mac);
    return json_pack(
        "{s:s,s:s,s:s,s:b,s:b,s:I,s:i,s:i,s:s,s:s,s:s,s:s,s:[s],s:[{s:s,s:s,s:s,"
        "s:s,s:s,s:I}]}",
        "name", name, "uuid", uuid, "state", "running", "persistent", 1, "kvm",
        1, "memory", (json_int_t)4 << 30, "vcpus", 2, "pid", 4711, "machine",
        "pc-q35-7.2", "emulator", "/usr/bin/qemu-system-x86_64", "qemu_version",
        "7.2.22", "xml", text, "macs", mac, "disks", "target", "vda", "device",
        "disk", "format", "qcow2", "source", "/var/lib/libvirt/images/x.qcow2",
        "pool", "default", "capacity", (json_int_t)20 << 30);
}

static json_t *
make_nic(const char *name, const char *master, int net, int host)
{
    char address[32];

    snprintf(address, sizeof(address), "10.%d.%d.%d", net, host / 250,
             1 + host % 250);
    return json_pack("{s:s,s:s,s:b,s:b,s:b,s:i,s:i,s:[{s:s,s:i}]}", "name",
                     name, "master", master, "bridge", !strcmp(name, "br0"),
                     "up", 1, "carrier", 1, "speed_mbps", 10000, "mtu", 1500,
                     "addresses", "text", address, "prefix", 16);
}

static struct ft_host *
make_host(int number, int vms)
{
    FT_AUTOJSON json_t *facts = NULL;
    json_t *domains = json_array(), *machines = json_array();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *host;
    char name[32];

    snprintf(name, sizeof(name), "kvm%03d", number);
    for (int i = 0; i < vms; i++)
        json_array_append_new(domains, make_vm(number, i));
    for (int i = 0; i < 90; i++) { /* as Debian 12's QEMU has */
        char machine[32];

        snprintf(machine, sizeof(machine), "pc-q35-%d.%d", i / 10, i % 10);
        json_array_append_new(machines, json_string(machine));
    }
    facts = json_pack(
        "{s:i,s:s,s:s,s:s,s:I,s:o,s:o,s:o,s:o,s:[o,o],s:o,s:o,s:o}", "schema",
        FT_FACTS_SCHEMA, "engine", PACKAGE_VERSION, "hostname", name,
        "machine_id", name, "realtime_ns", (json_int_t)1, "kernel",
        json_pack("{s:s,s:b,s:b,s:b,s:b,s:b,s:b,s:s}", "release", "6.12.1",
                  "userfaultfd", 1, "uffd_wp_async", 1, "pagemap_scan", 1,
                  "pidfd_getfd", 1, "kvm", 1, "vhost_net", 1, "security",
                  "apparmor"),
        "cpu",
        json_pack("{s:s,s:s,s:s,s:i}", "model", "AMD EPYC", "vendor",
                  "AuthenticAMD", "flags", "fpu sse sse2 avx", "count", 64),
        "memory",
        json_pack("{s:I,s:I}", "total", (json_int_t)512 << 30, "available",
                  (json_int_t)(200 + number % 50) << 30),
        "condition",
        json_pack("{s:b,s:i,s:I,s:I}", "told", 1, "clock_set", 1, "commit_left",
                  (json_int_t)-1, "room", (json_int_t)10 << 30),
        "nics", make_nic("br0", "", 10, number),
        make_nic("eth1", "", 11, number), "libvirt",
        json_pack("{s:s,s:s}", "version", "9.0.0", "uri", "qemu:///system"),
        "pools",
        json_pack("[{s:s,s:s,s:s,s:b,s:b,s:I,s:I}]", "name", "default", "type",
                  "dir", "path", "/var/lib/libvirt/images", "active", 1,
                  "autostart", 1, "capacity", (json_int_t)4 << 40, "available",
                  (json_int_t)2 << 40),
        "emulators",
        json_pack("[{s:s,s:s,s:s,s:o}]", "path", "/usr/bin/qemu-system-x86_64",
                  "version", "7.2.22", "package", "Debian 1:7.2", "machines",
                  machines));
    json_object_set_new(facts, "domains", domains);
    if (ft_host_from_json(facts, &host, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    strcpy(host->name, name);
    return host;
}

static void
pair_up(struct ft_host *const *hosts, int count, int vms,
        struct ft_known_pair *pairs, size_t *n)
{
    for (int h = 0; h < count; h++)
        for (int v = 1; v < vms; v += 2) {
            struct ft_known_pair *pair = &pairs[(*n)++];

            snprintf(pair->pair, sizeof(pair->pair), "pair-%d-%d", h, v);
            strcpy(pair->vm, hosts[h]->domains[v].name);
            strcpy(pair->vm_uuid, hosts[h]->domains[v].uuid);
            strcpy(pair->primary, hosts[h]->name);
            strcpy(pair->standby, hosts[(h + 1 + v) % count]->name);
            strcpy(pair->state, "protected");
        }
}

int
main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 200;
    int vms = argc > 2 ? atoi(argv[2]) : 25;
    FT_AUTOFREE struct ft_host **hosts = NULL;
    FT_AUTOFREE struct ft_known_pair *pairs = NULL;
    struct ft_inventory inventory = { 0 };
    struct ft_plan_choices choices = { .vm = "vm-0-0",
                                       .pair = "new",
                                       .settings = FT_PAIR_SETTINGS_INIT };
    struct rusage usage;
    int64_t begun;

    if (count < 2 || count > 1024 || vms < 1 || vms > 1024)
        return 2;
    hosts = calloc((size_t)count, sizeof(struct ft_host *));
    pairs = calloc((size_t)count * (size_t)vms, sizeof(*pairs));
    if (!hosts || !pairs)
        return 1;
    begun = ft_clock_ns();
    for (int i = 0; i < count; i++)
        hosts[i] = make_host(i, vms);
    printf("decode_ms %.0f\n", (double)(ft_clock_ns() - begun) / FT_NS_PER_MS);
    pair_up(hosts, count, vms, pairs, &inventory.pair_count);
    inventory.hosts = (const struct ft_host *const *)hosts;
    inventory.host_count = (size_t)count;
    inventory.pairs = pairs;
    for (int i = 0; i < ROUNDS; i++) {
        struct ft_error err = FT_ERROR_INIT;
        struct ft_plan plan;
        int rc;

        begun = ft_clock_ns();
        rc = ft_plan_make(&inventory, &choices, &plan, &err);
        printf("plan_ms %.1f hosts %d vms %d standby %s findings %zu%s%s\n",
               (double)(ft_clock_ns() - begun) / FT_NS_PER_MS, count,
               count * vms, plan.standby, plan.findings.count, rc ? " " : "",
               rc ? err.text : "");
        ft_plan_free(&plan);
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("rss_mib %ld\n", usage.ru_maxrss / 1024);
    for (int i = 0; i < count; i++)
        ft_host_free(hosts[i]);
    return 0;
}
