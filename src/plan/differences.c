/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/differences.h"

#include <stdio.h>
#include <string.h>

#include "plan/flags.h"
#include "plan/links.h"

#define WHY_SAME_QEMU "A copy needs the QEMU that the VM runs, or a later one."
#define WHY_PLACE "A VM needs it on both hosts, under one name."

static void
add(json_t *list, const char *what, const char *a, const char *b,
    const char *why)
{
    if (strcmp(a, b) != 0)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "what", what,
                                              "a", a, "b", b, "why", why));
}

static void
add_number(json_t *list, const char *what, long long a, long long b,
           const char *unit, const char *why)
{
    char left[32], right[32];

    snprintf(left, sizeof(left), "%lld%s", a, unit);
    snprintf(right, sizeof(right), "%lld%s", b, unit);
    add(list, what, left, right, why);
}

static void
add_flag(json_t *list, const char *what, bool a, bool b, const char *why)
{
    add(list, what, a ? "yes" : "no", b ? "yes" : "no", why);
}

/* ---- the machine ---- */

static void
compare_cpu(json_t *list, const struct ft_host *a, const struct ft_host *b)
{
    char left[400], right[400];
    const char *only_a = left, *only_b = right;

    add(list, "CPU", a->cpu.model, b->cpu.model,
        "A guest keeps the CPU that it was started with.");
    add(list, "microcode", a->cpu.microcode, b->cpu.microcode,
        "Another one may hide features that the guest uses.");
    add_number(list, "CPUs", a->cpu.count, b->cpu.count, "",
               "A VM may find fewer after a takeover, or lack one that it is "
               "pinned to.");
    add(list, "NUMA nodes", a->cpu.nodes, b->cpu.nodes,
        "A VM whose memory is bound to one of them does not start without it.");
    ft_flags_missing(a->cpu.flags, b->cpu.flags, left, sizeof(left));
    ft_flags_missing(b->cpu.flags, a->cpu.flags, right, sizeof(right));
    add(list, "CPU features that only one has", only_a + (*only_a == ' '),
        only_b + (*only_b == ' '),
        "A guest that uses a feature which the other host lacks dies there.");
}

static void
compare_kernel(json_t *list, const struct ft_host *a, const struct ft_host *b)
{
    const struct ft_kernel *k = &a->kernel, *l = &b->kernel;
    static const char tracked[] = "Guest memory is tracked by it.";

    add(list, "system", a->system.name, b->system.name,
        "Two distributions differ in QEMU, libvirt and firmware.");
    add(list, "kernel", k->release, l->release,
        "An older KVM may lack what a newer one has given the guest.");
    add_flag(list, "userfaultfd", k->userfaultfd, l->userfaultfd, tracked);
    add_flag(list, "WP_ASYNC", k->uffd_wp_async, l->uffd_wp_async, tracked);
    add_flag(list, "PAGEMAP_SCAN", k->pagemap_scan, l->pagemap_scan, tracked);
    add_flag(list, "KVM", k->kvm, l->kvm,
             "A VM that runs with KVM cannot go on without.");
    add_flag(list, "vhost-net", k->vhost_net, l->vhost_net,
             "NICs are served by it wherever it is.");
    add_flag(list, "sch_plug", k->plug, l->plug,
             "What vhost-net sends is held by it.");
    add(list, "security driver", k->security, l->security,
        "Files may be denied to QEMU on one of them.");
    add(list, "clock source", a->condition.clocksource, b->condition.clocksource,
        "Without a stable TSC the guest's time is slow, and may jump.");
    add_number(list, "memory", (long long)(a->memory_total >> 30),
               (long long)(b->memory_total >> 30), " GiB",
               "The copy holds all of the guest's memory.");
    add(list, "firewall", a->firewall, b->firewall,
        "Its rules are kept in two places then.");
}

/* ---- what VMs run in ---- */

static void
compare_libvirt(json_t *list, const struct ft_host *a, const struct ft_host *b)
{
    add(list, "engine", a->engine_version, b->engine_version,
        "A pair does what the older one can.");
    add(list, "libvirt", a->libvirt.version, b->libvirt.version,
        "It may make another command line of the same VM.");
    add_number(list, "libvirt's workers", a->libvirt.max_workers,
               b->libvirt.max_workers, "",
               "They bound how many VMs may hang at once.");
    add(list, "swtpm", a->swtpm, b->swtpm,
        "It takes an emulated TPM's state from an equal or older one.");
}

static void
compare_emulators(json_t *list, const struct ft_host *a, const struct ft_host *b)
{
    for (size_t i = 0; i < a->emulator_count; i++) {
        const struct ft_emulator *mine = &a->emulators[i];
        const struct ft_emulator *other = ft_host_emulator(b, mine->path);

        add(list, mine->path, mine->version,
            other != NULL ? other->version : "missing", WHY_SAME_QEMU);
        if (other != NULL && strcmp(mine->version, other->version) == 0)
            add(list, mine->path, mine->package, other->package,
                "Builds of one version may still differ.");
    }
    for (size_t i = 0; i < b->emulator_count; i++)
        if (ft_host_emulator(a, b->emulators[i].path) == NULL)
            add(list, b->emulators[i].path, "missing", b->emulators[i].version,
                WHY_SAME_QEMU);
}

static void
describe_pool(const struct ft_pool *pool, char *out, size_t size)
{
    if (pool == NULL)
        snprintf(out, size, "missing");
    else
        snprintf(out, size, "%s %.200s%s%s%s%s", pool->type, pool->path,
                 *pool->backing != '\0' ? " on " : "", pool->backing,
                 pool->active ? "" : ", not active",
                 pool->autostart ? "" : ", not started with the host");
}

static void
compare_pool(json_t *list, const char *name, const struct ft_host *a,
             const struct ft_host *b)
{
    char what[300], left[300], right[300];

    snprintf(what, sizeof(what), "pool %s", name);
    describe_pool(ft_host_pool(a, name), left, sizeof(left));
    describe_pool(ft_host_pool(b, name), right, sizeof(right));
    add(list, what, left, right, "The copy's disks are in a pool.");
}

static void
compare_pools(json_t *list, const struct ft_host *a, const struct ft_host *b)
{
    for (size_t i = 0; i < a->pool_count; i++)
        compare_pool(list, a->pools[i].name, a, b);
    for (size_t i = 0; i < b->pool_count; i++)
        if (ft_host_pool(a, b->pools[i].name) == NULL)
            compare_pool(list, b->pools[i].name, a, b);
}

/* ---- networks ---- */

/* A bridge of libvirt's own has a carrier while a VM is on it. */
static void
describe_bridge(const struct ft_host *host, const char *name, char *out,
                size_t size)
{
    const struct ft_nic *nic = ft_host_nic(host, name);

    if (nic == NULL || !nic->is_bridge)
        snprintf(out, size, "missing");
    else
        snprintf(out, size, "MTU %d%s%s", nic->mtu, nic->up ? "" : ", down",
                 nic->carrier || ft_link_is_private(host, nic) ? ""
                                                               : ", no carrier");
}

static void
compare_bridge(json_t *list, const char *name, const struct ft_host *a,
               const struct ft_host *b)
{
    char what[40], left[60], right[60];

    snprintf(what, sizeof(what), "bridge %s", name);
    describe_bridge(a, name, left, sizeof(left));
    describe_bridge(b, name, right, sizeof(right));
    add(list, what, left, right, WHY_PLACE);
}

static void
describe_ovs(const struct ft_ovs_bridge *bridge, char *out, size_t size)
{
    size_t used;

    if (bridge == NULL) {
        snprintf(out, size, "missing");
        return;
    }
    used = (size_t)snprintf(out, size, "%s",
                            bridge->controlled ? "with a controller" : "");
    for (size_t i = 0; i < bridge->port_count && used < size - 1; i++)
        used +=
            (size_t)snprintf(out + used, size - used, "%s%.60s%s%s%.60s",
                             used > 0 ? ", " : "", bridge->ports[i].name,
                             bridge->ports[i].up ? "" : " down",
                             *bridge->ports[i].trunks != '\0' ? " VLAN " : "",
                             bridge->ports[i].trunks);
    if (used == 0)
        snprintf(out, size, "no port that leads out");
}

static void
compare_ovs(json_t *list, const char *name, const struct ft_host *a,
            const struct ft_host *b)
{
    char what[300], left[300], right[300];

    snprintf(what, sizeof(what), "Open vSwitch bridge %s", name);
    describe_ovs(ft_host_ovs(a, name), left, sizeof(left));
    describe_ovs(ft_host_ovs(b, name), right, sizeof(right));
    add(list, what, left, right, WHY_PLACE);
}

/* Where one does not tell of it nothing is known. */
static void
compare_all_ovs(json_t *list, const struct ft_host *a, const struct ft_host *b)
{
    if (!a->ovs.told || !b->ovs.told)
        return;
    for (size_t i = 0; i < a->ovs.bridge_count; i++)
        compare_ovs(list, a->ovs.bridges[i].name, a, b);
    for (size_t i = 0; i < b->ovs.bridge_count; i++)
        if (ft_host_ovs(a, b->ovs.bridges[i].name) == NULL)
            compare_ovs(list, b->ovs.bridges[i].name, a, b);
}

static void
describe_network(const struct ft_network *network, char *out, size_t size)
{
    if (network == NULL)
        snprintf(out, size, "missing");
    else
        snprintf(out, size, "%s on %s%s",
                 *network->forward != '\0' ? network->forward : "isolated",
                 network->bridge, network->active ? "" : ", not active");
}

static void
compare_network(json_t *list, const char *name, const struct ft_host *a,
                const struct ft_host *b)
{
    char what[300], left[80], right[80];

    snprintf(what, sizeof(what), "network %s", name);
    describe_network(ft_host_network(a, name), left, sizeof(left));
    describe_network(ft_host_network(b, name), right, sizeof(right));
    add(list, what, left, right, WHY_PLACE);
}

static void
compare_networks(json_t *list, const struct ft_host *a, const struct ft_host *b)
{
    const struct ft_nic *nic;

    for (size_t i = 0; i < a->nic_count; i++)
        if (a->nics[i].is_bridge)
            compare_bridge(list, a->nics[i].name, a, b);
    for (size_t i = 0; i < b->nic_count; i++) {
        nic = ft_host_nic(a, b->nics[i].name);
        if (b->nics[i].is_bridge && (nic == NULL || !nic->is_bridge))
            compare_bridge(list, b->nics[i].name, a, b);
    }
    compare_all_ovs(list, a, b);
    for (size_t i = 0; i < a->network_count; i++)
        compare_network(list, a->networks[i].name, a, b);
    for (size_t i = 0; i < b->network_count; i++)
        if (ft_host_network(a, b->networks[i].name) == NULL)
            compare_network(list, b->networks[i].name, a, b);
}

json_t *
ft_host_differences(const struct ft_host *a, const struct ft_host *b)
{
    json_t *list = json_array();

    if (list == NULL)
        return NULL;
    compare_kernel(list, a, b);
    compare_cpu(list, a, b);
    compare_libvirt(list, a, b);
    compare_emulators(list, a, b);
    compare_networks(list, a, b);
    compare_pools(list, a, b);
    return list;
}
