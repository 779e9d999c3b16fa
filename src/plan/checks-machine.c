/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machines of a pair and its witness are made of: whether they can be lost
 * together, and whether the VM finds the same there.
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "plan/checks-private.h"
#include "plan/flags.h"
#include "plan/xml-values.h"

#define HYPERVISOR "hypervisor" /* CPUID 1, ECX bit 31: one is below */
#define GIB(bytes) ((double)(bytes) / (1 << 30))

/* ---- are they lost together ---- */

/* What vendors write where no number is. */
static bool
is_serial(const char *text)
{
    static const char *const none[] = {
        "none",
        "default string",
        "to be filled by o.e.m.",
        "not specified",
        "system serial number",
        "chassis serial number",
        "unknown",
        "n/a",
        "invalid",
        "not available",
        "0123456789",
        "123456789",
    };
    size_t other = strspn(text, "0 .-xX?");

    if (strlen(text) < 3 || text[other] == '\0')
        return false;
    for (size_t i = 0; i < FT_ARRAY_SIZE(none); i++)
        if (strcasecmp(text, none[i]) == 0)
            return false;
    return true;
}

static bool
same_serial(const char *a, const char *b)
{
    return is_serial(a) && strcmp(a, b) == 0;
}

/* 0 also when nothing is known of it. */
static int
check_chassis(const struct ft_host *one, const struct ft_host *other,
              enum ft_check_id check, struct ft_findings *findings)
{
    const struct ft_condition *a = &one->condition, *b = &other->condition;
    bool board = same_serial(a->board, b->board);
    bool same = board || same_serial(a->chassis, b->chassis);

    if (!same && (!is_serial(a->chassis) || !is_serial(b->chassis)))
        return 0;
    return ft_findings_add(
        findings, same ? FT_WARN : FT_PASS, check, other->name,
        "What stands in one chassis is lost with its power or backplane, together.",
        same ? "Choose a host in another chassis." : NULL,
        same ? "%s and %s have one %s serial number"
             : "%s and %s have a %s each",
        one->name, other->name, board ? "board" : "chassis");
}

/*
 * One that runs as a VM on the other: a NIC that it is reached by is a domain's there.
 * A macvtap has its VM's address, too, and nobody is reached by it.
 */
static const struct ft_domain *
runs_on(const struct ft_host *guest, const struct ft_host *host)
{
    for (size_t i = 0; i < host->domain_count; i++)
        for (size_t k = 0; k < host->domains[i].mac_count; k++)
            for (size_t n = 0; n < guest->nic_count; n++)
                if (guest->nics[n].address_count > 0 &&
                    strcasecmp(guest->nics[n].mac, host->domains[i].macs[k]) ==
                        0)
                    return &host->domains[i];
    return NULL;
}

static int
check_guest(const struct ft_host *one, const struct ft_host *other,
            enum ft_check_id check, struct ft_findings *findings)
{
    const struct ft_domain *vm = runs_on(other, one);

    if (vm == NULL)
        return ft_findings_add(findings, FT_PASS, check, other->name, NULL, NULL,
                               "%s is no VM on %s", other->name, one->name);
    return ft_findings_add(findings, FT_FAIL, check, other->name,
                           "What runs on a host is lost with it.",
                           "Choose a host that does not run there.",
                           "%s is the VM %s on %s", other->name, vm->name,
                           one->name);
}

int
ft_check_independent(const struct ft_host *one, const struct ft_host *witness,
                     struct ft_findings *findings)
{
    int rc = check_guest(one, witness, FT_CHECK_WITNESS_GUEST, findings);

    return rc == 0
               ? check_chassis(one, witness, FT_CHECK_WITNESS_CHASSIS, findings)
               : rc;
}

/* ---- is it the same there ---- */

static int
check_virtual(const struct ft_host *host, enum ft_check_id check,
              struct ft_findings *findings)
{
    bool is_one = ft_flags_have(host->cpu.flags, HYPERVISOR, strlen(HYPERVISOR));

    return ft_findings_add(
        findings, is_one ? FT_WARN : FT_PASS, check, host->name,
        "A machine that another one may stop, move or save stands for seconds "
        "then, and is taken for dead.",
        is_one
            ? "Protect from and to machines of their own, or give it a longer "
              "--silence."
            : NULL,
        "it is %s",
        is_one ? "a virtual machine itself" : "a machine of its own");
}

int
ft_check_own_machine(const struct ft_host *primary, struct ft_findings *findings)
{
    return check_virtual(primary, FT_CHECK_PRIMARY_VIRTUAL, findings);
}

static int
check_microcode(const struct ft_host *primary, const struct ft_host *standby,
                struct ft_findings *findings)
{
    const struct ft_cpu *a = &primary->cpu, *b = &standby->cpu;
    bool same = strcmp(a->microcode, b->microcode) == 0;

    if (strcmp(a->model, b->model) != 0 || *a->microcode == '\0' ||
        *b->microcode == '\0')
        return 0;
    return ft_findings_add(
        findings, same ? FT_PASS : FT_WARN, FT_CHECK_STANDBY_MICROCODE,
        standby->name,
        "A newer microcode may hide features that the guest uses, or lack a "
        "mitigation that it counts upon.",
        same ? NULL : "Install the same microcode package on both, and reboot.",
        "microcode %s on %s, %s on %s", a->microcode, primary->name,
        b->microcode, standby->name);
}

static int
check_kernel_age(const struct ft_host *primary, const struct ft_host *standby,
                 struct ft_findings *findings)
{
    unsigned a[2] = { 0 }, b[2] = { 0 };
    bool older;

    if (sscanf(primary->kernel.release, "%u.%u", &a[0], &a[1]) != 2 ||
        sscanf(standby->kernel.release, "%u.%u", &b[0], &b[1]) != 2)
        return 0;
    older = b[0] < a[0] || (b[0] == a[0] && b[1] < a[1]);
    return ft_findings_add(
        findings, older ? FT_WARN : FT_PASS, FT_CHECK_STANDBY_KERNEL_OLDER,
        standby->name,
        "An older KVM may lack registers and features that a newer one has given "
        "the guest.",
        older ? "Install the same kernel on both." : NULL,
        "Linux %s on %s, %s on %s", primary->kernel.release, primary->name,
        standby->kernel.release, standby->name);
}

static int
check_clocksource(const struct ft_host *primary, const struct ft_host *standby,
                  struct ft_findings *findings)
{
    const char *here = primary->condition.clocksource;
    const char *there = standby->condition.clocksource;
    bool worse = strcmp(here, "tsc") == 0 && strcmp(there, "tsc") != 0;

    if (*here == '\0' || *there == '\0')
        return 0;
    return ft_findings_add(
        findings, worse ? FT_WARN : FT_PASS, FT_CHECK_STANDBY_CLOCKSOURCE,
        standby->name,
        "Without a stable TSC a guest asks the hypervisor for the time, which is "
        "slow, and may see it jump at the takeover.",
        worse ? "See why the kernel there does not use it: dmesg | grep -i tsc."
              : NULL,
        "%s keeps time by %s, %s by %s", primary->name, here, standby->name,
        there);
}

static int
check_commit(const struct ft_domain *domain, const struct ft_host *standby,
             struct ft_findings *findings)
{
    int64_t left = standby->condition.commit_left;
    uint64_t needed = domain->memory + FT_ENGINE_MEMORY;
    bool enough = left < 0 || (uint64_t)left >= needed;

    if (!standby->condition.told)
        return 0;
    if (left < 0)
        return ft_findings_add(findings, FT_PASS, FT_CHECK_STANDBY_COMMIT,
                               standby->name, NULL, NULL,
                               "the kernel there promises more than it has");
    return ft_findings_add(
        findings, enough ? FT_PASS : FT_FAIL, FT_CHECK_STANDBY_COMMIT,
        standby->name,
        "Where vm.overcommit_memory is 2 the waiting copy cannot start without a "
        "promise for all of its memory.",
        enough ? NULL
               : "Raise vm.overcommit_ratio there, or choose another standby.",
        "%.1f GiB may still be promised there, %.1f GiB needed", GIB(left),
        GIB(needed));
}

static int
check_security(const struct ft_host *primary, const struct ft_host *standby,
               struct ft_findings *findings)
{
    const char *here = primary->kernel.security;
    const char *there = standby->kernel.security;
    bool same = strcmp(here, there) == 0;

    return ft_findings_add(
        findings, same ? FT_PASS : FT_WARN, FT_CHECK_STANDBY_SECURITY,
        standby->name,
        "What confines QEMU here does not there, or other files are denied to it.",
        same ? NULL : "Use the same security driver on both.",
        "%s here, %s there", here, there);
}

/* ---- does it fit there ---- */

/* The highest number of a set as "0-3,^2,8", or -1. */
static long
highest(const char *set)
{
    long most = -1;

    while (*set != '\0') {
        bool without = *set == '^';
        char *end;
        long n;

        set += without;
        if (!isdigit((unsigned char)*set)) {
            set++;
            continue;
        }
        n = strtol(set, &end, 10);
        most = without || n < most ? most : n;
        set = end;
    }
    return most;
}

static int
take_highest(void *data, const char *text)
{
    long *most = data;

    *most = FT_MAX(*most, highest(text));
    return 0;
}

static int
check_pinned_cpus(const struct ft_domain *domain, const struct ft_host *standby,
                  struct ft_findings *findings)
{
    long most = -1;
    bool there;
    int rc = ft_xml_values(domain->xml,
                           "/domain/vcpu/@cpuset | /domain/cputune/*/@cpuset",
                           take_highest, &most);

    if (rc < 0 || most < 0)
        return rc;
    there = most < standby->cpu.count;
    return ft_findings_add(
        findings, there ? FT_PASS : FT_FAIL, FT_CHECK_STANDBY_PINNING,
        standby->name,
        "libvirt does not start a copy that is pinned to a CPU "
        "which is not there.",
        there ? NULL
              : "Pin the VM to CPUs that both hosts have (virsh vcpupin).",
        "the VM is pinned to CPU %ld, %s has 0 to %d", most, standby->name,
        standby->cpu.count - 1);
}

static int
check_pinned_nodes(const struct ft_domain *domain,
                   const struct ft_host *standby, struct ft_findings *findings)
{
    const char *nodes = standby->cpu.nodes;
    long most = -1;
    enum ft_verdict verdict;
    int rc = ft_xml_values(domain->xml, "/domain/numatune/*/@nodeset",
                           take_highest, &most);

    if (rc < 0 || most < 0)
        return rc;
    verdict = *nodes == '\0'           ? FT_UNKNOWN
              : most <= highest(nodes) ? FT_PASS
                                       : FT_FAIL;
    return ft_findings_add(
        findings, verdict, FT_CHECK_STANDBY_PINNING, standby->name,
        "libvirt does not start a copy whose memory is bound to a NUMA node "
        "which is not there.",
        verdict == FT_PASS
            ? NULL
            : "Bind the VM to nodes that both hosts have (virsh numatune --config, "
              "and start it anew).",
        *nodes == '\0' ? "memory is bound to NUMA node %ld, %s tells of none"
                       : "memory is bound to NUMA node %ld, %s has %s",
        most, standby->name, nodes);
}

static int
check_pinning(const struct ft_domain *domain, const struct ft_host *standby,
              struct ft_findings *findings)
{
    int rc = check_pinned_cpus(domain, standby, findings);

    return rc == 0 ? check_pinned_nodes(domain, standby, findings) : rc;
}

int
ft_check_machines(const struct ft_inventory *inventory,
                  const struct ft_host *primary, const struct ft_domain *domain,
                  const struct ft_host *standby, struct ft_findings *findings)
{
    int rc = check_virtual(standby, FT_CHECK_STANDBY_VIRTUAL, findings);

    if (rc == 0)
        rc = check_guest(primary, standby, FT_CHECK_STANDBY_GUEST, findings);
    if (rc == 0)
        rc = check_chassis(primary, standby, FT_CHECK_STANDBY_CHASSIS, findings);
    if (rc == 0)
        rc = check_microcode(primary, standby, findings);
    if (rc == 0)
        rc = check_kernel_age(primary, standby, findings);
    if (rc == 0)
        rc = check_clocksource(primary, standby, findings);
    if (rc == 0 && !inventory->standing)
        rc = check_commit(domain, standby, findings);
    if (rc == 0)
        rc = check_security(primary, standby, findings);
    if (rc == 0)
        rc = check_pinning(domain, standby, findings);
    return rc == 0
               ? ft_check_crowd(inventory, primary, domain, standby, findings)
               : rc;
}
