/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks about one host as the standby, and about the witness.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "inventory/identity.h"
#include "plan/checks-private.h"
#include "plan/clones.h"
#include "plan/qemu-fit.h"
#include "plan/xml-values.h"

#define GIB(bytes) ((double)(bytes) / (1 << 30))

/* 0 also when there is nothing to say. */
static int
check_clone(const struct ft_host *first, const struct ft_host *second,
            enum ft_check_id check, struct ft_findings *findings)
{
    struct ft_clone clone;

    if (!ft_clone_look(first, second, &clone))
        return 0;
    return ft_findings_add(
        findings, FT_WARN, check, second->name,
        "Machines that share what is a machine's own are taken for one, or lose "
        "each other's frames.",
        clone.remedy, "%s was made as a copy of %s, and has its %s",
        second->name, first->name, clone.what);
}

static int
check_other(const struct ft_host *primary, const struct ft_host *standby,
            struct ft_findings *findings)
{
    bool named = primary == standby || strcmp(primary->name, standby->name) == 0;
    enum ft_identity what =
        named ? FT_IDENTITY_SAME : ft_host_identity(primary, standby);

    if (what != FT_IDENTITY_SAME &&
        check_clone(primary, standby, FT_CHECK_STANDBY_CLONE, findings) < 0)
        return -ENOMEM;
    if (what != FT_IDENTITY_SAME || named)
        return ft_findings_add(findings, named ? FT_FAIL : FT_PASS,
                               FT_CHECK_STANDBY_HOST, standby->name,
                               "The copy must be on another machine.",
                               named ? "Choose another standby." : "",
                               "%s is %s", standby->name,
                               named ? "the host the VM runs on"
                                     : "another host");
    return ft_findings_add(
        findings, FT_FAIL, FT_CHECK_STANDBY_HOST, standby->name,
        "The copy must be on another machine.",
        "Choose another standby, and forget one of the names: ftadmin host "
        "remove --keep-engine.",
        "%s is the host the VM runs on, %s, under another name: %s",
        standby->name, primary->name, ft_host_identity_why(primary, standby));
}

static const char *
how_it_fits(enum ft_qemu_age age)
{
    return age == FT_QEMU_SAME      ? ", as the running VM"
           : age == FT_QEMU_UPDATED ? ", a later one of the same series"
           : age == FT_QEMU_NEWER   ? ", of a later series"
           : age == FT_QEMU_OLDER   ? ", an older one"
                                    : "";
}

static int
check_qemu(const struct ft_domain *domain, const struct ft_host *standby,
           struct ft_findings *findings)
{
    const struct ft_emulator *e = ft_host_emulator(standby, domain->emulator);
    const char *runs = domain->qemu_version;
    struct ft_qemu_fit fit =
        ft_qemu_fit(runs, e != NULL ? e->version : "", domain->machine);

    if (fit.age == FT_QEMU_SAME)
        return ft_findings_add(findings, FT_PASS, FT_CHECK_STANDBY_QEMU,
                               standby->name, NULL, NULL, "QEMU %s%s",
                               e->version, how_it_fits(fit.age));
    return ft_findings_add(
        findings, e == NULL ? FT_FAIL : fit.verdict, FT_CHECK_STANDBY_QEMU,
        standby->name, fit.why,
        e == NULL ? "Install QEMU there, at the path that the VM uses."
                  : fit.remedy,
        "the VM runs QEMU %s, %s has %s%s",
        *runs != '\0' ? runs : "of an unknown version", standby->name,
        e == NULL             ? "no such emulator"
        : *e->version == '\0' ? "one whose version it did not tell"
                              : e->version,
        how_it_fits(fit.age));
}

static int
check_machine(const struct ft_domain *domain, const struct ft_host *standby,
              struct ft_findings *findings)
{
    const struct ft_emulator *e = ft_host_emulator(standby, domain->emulator);
    bool there = false;

    for (size_t i = 0; e != NULL && i < e->machine_count; i++)
        there = there || strcmp(e->machines[i], domain->machine) == 0;
    return ft_findings_add(findings, there ? FT_PASS : FT_FAIL,
                           FT_CHECK_STANDBY_MACHINE, standby->name,
                           "The guest must find the same virtual hardware.",
                           there ? ""
                                 : "Install a QEMU there that has it; one much "
                                   "older or much newer than the VM's may not.",
                           "machine type %s is %s", domain->machine,
                           there ? "known there" : "not known there");
}

/* What is installed: the way back needs that, when the VM has gone over. */
static int
check_package(const struct ft_host *primary, const struct ft_domain *domain,
              const struct ft_host *standby, struct ft_findings *findings)
{
    const struct ft_emulator *a = ft_host_emulator(primary, domain->emulator);
    const struct ft_emulator *b = ft_host_emulator(standby, domain->emulator);
    int rc = 0;

    if (a == NULL || b == NULL)
        return 0;
    if (strcmp(a->version, b->version) == 0 &&
        strcmp(a->package, b->package) != 0)
        rc = ft_findings_add(findings, FT_WARN, FT_CHECK_STANDBY_QEMU_PACKAGE,
                             standby->name,
                             "Builds of one version may still differ.",
                             "Install the same package on both hosts.",
                             "QEMU's packages differ: %s and %s", a->package,
                             b->package);
    else if (ft_qemu_age(b->version, a->version) == FT_QEMU_OLDER)
        rc = ft_findings_add(
            findings, FT_WARN, FT_CHECK_STANDBY_QEMU_PACKAGE, standby->name,
            "A takeover moves the VM onto the later one; the way back is shut until "
            "its host of now has that, too.",
            "Upgrade QEMU on the VM's host, too; the guest is not restarted for it.",
            "QEMU %s is installed on %s, %s on %s", a->version, primary->name,
            b->version, standby->name);
    return rc;
}

static int
check_libvirt_version(const struct ft_host *primary,
                      const struct ft_host *standby,
                      struct ft_findings *findings)
{
    if (strcmp(primary->libvirt.version, standby->libvirt.version) == 0)
        return 0;
    return ft_findings_add(findings, FT_WARN, FT_CHECK_STANDBY_LIBVIRT_VERSION,
                           standby->name,
                           "It may make another command line of the same VM.",
                           "Install the same libvirt on both hosts.",
                           "libvirt %s here, %s there",
                           primary->libvirt.version, standby->libvirt.version);
}

static int
check_memory(const struct ft_domain *domain, const struct ft_host *standby,
             struct ft_findings *findings)
{
    uint64_t needed = domain->memory + FT_ENGINE_MEMORY;
    bool enough = standby->memory_available >= needed;

    return ft_findings_add(
        findings, enough ? FT_PASS : FT_FAIL, FT_CHECK_STANDBY_MEMORY,
        standby->name, "The waiting copy holds all of the guest's memory.",
        enough ? "" : "Free memory there, or choose another standby.",
        "%.1f GiB available, %.1f GiB needed", GIB(standby->memory_available),
        GIB(needed));
}

static int
check_vcpus(const struct ft_domain *domain, const struct ft_host *standby,
            struct ft_findings *findings)
{
    if (domain->vcpus <= standby->cpu.count)
        return 0;
    return ft_findings_add(findings, FT_WARN, FT_CHECK_STANDBY_VCPUS,
                           standby->name, "The VM will be slower there.",
                           "Choose a standby with more CPUs.",
                           "the VM has %d vCPUs, %s has %d CPUs", domain->vcpus,
                           standby->name, standby->cpu.count);
}

/* What an unfinished protect of this pair left on the standby. */
static bool
is_own_trace(const struct ft_inventory *inventory,
             const struct ft_domain *domain, const struct ft_domain *other)
{
    return inventory->resuming != NULL &&
           strcmp(other->uuid, domain->uuid) == 0 &&
           other->state != FT_DOMAIN_RUNNING;
}

static int
check_collision(const struct ft_inventory *inventory,
                const struct ft_domain *domain, const struct ft_host *standby,
                struct ft_findings *findings)
{
    for (size_t i = 0; i < standby->domain_count; i++) {
        const struct ft_domain *other = &standby->domains[i];
        bool name = strcmp(other->name, domain->name) == 0;

        if ((!name && strcmp(other->uuid, domain->uuid) != 0) ||
            is_own_trace(inventory, domain, other))
            continue;
        return ft_findings_add(
            findings, FT_FAIL, FT_CHECK_STANDBY_COLLISION, standby->name,
            "The copy needs the VM's own name and UUID there.",
            other->state == FT_DOMAIN_OFF
                ? "If it is an old copy, remove it: virsh undefine --nvram."
                : "Find out which of the two is right, and stop the other.",
            "%s has a domain %s of %s already (%s, %s)", standby->name,
            other->name, name ? "the same name" : "the same UUID",
            ft_domain_state_name(other->state), other->uuid);
    }
    return ft_findings_add(findings, FT_PASS, FT_CHECK_STANDBY_COLLISION,
                           standby->name, NULL, NULL,
                           "name and UUID of the VM are free there");
}

static int
check_vhost(const struct ft_domain *domain, const struct ft_host *standby,
            struct ft_findings *findings)
{
    if (!domain->kvm || !standby->kernel.vhost_net || standby->kernel.plug ||
        domain->mac_count == 0)
        return 0;
    return ft_findings_add(
        findings, FT_WARN, FT_CHECK_STANDBY_VHOST, standby->name,
        "A virtio NIC would use vhost-net there after a takeover, and its output "
        "could then not be held: the VM could not be protected again.",
        "Install the kernel package with all of its modules there (ifb, "
        "sch_plug), or add <driver name='qemu'/> to the VM's NICs (virsh edit).",
        "%s has vhost-net and no sch_plug", standby->name);
}

static int
found_one(void *data, const char *text)
{
    (void)text;
    *(bool *)data = true;
    return 0;
}

/* An emulated TPM is a program of its own, which libvirt starts beside QEMU. */
static int
check_tpm(const struct ft_host *primary, const struct ft_domain *domain,
          const struct ft_host *standby, struct ft_findings *findings)
{
    bool has_one = false;
    int rc = ft_xml_values(domain->xml,
                           "/domain/devices/tpm/backend[@type='emulator']",
                           found_one, &has_one);

    if (rc < 0 || !has_one)
        return rc;
    if (*standby->swtpm == '\0')
        return ft_findings_add(
            findings, FT_FAIL, FT_CHECK_STANDBY_TPM, standby->name,
            "libvirt starts swtpm for the VM's emulated TPM, there too.",
            "Install it there: apt-get install swtpm swtpm-tools (dnf install "
            "swtpm swtpm-tools).",
            "%s has no swtpm", standby->name);
    return ft_findings_add(
        findings,
        strcmp(primary->swtpm, standby->swtpm) == 0 ? FT_PASS : FT_WARN,
        FT_CHECK_STANDBY_TPM, standby->name,
        "swtpm takes the TPM's state from that of an equal or older version.",
        strcmp(primary->swtpm, standby->swtpm) == 0
            ? NULL
            : "Install the same version of swtpm on both hosts.",
        "swtpm %s on %s, %s on %s", primary->swtpm, primary->name,
        standby->swtpm, standby->name);
}

static int
check_clock(const struct ft_host *primary, const struct ft_host *standby,
            struct ft_findings *findings)
{
    int64_t skew = standby->clock_offset_ms - primary->clock_offset_ms;
    bool right = llabs(skew) <= FT_CLOCK_SKEW_MS;

    if (!primary->clock_known || !standby->clock_known)
        return 0;
    return ft_findings_add(
        findings, right ? FT_PASS : FT_WARN, FT_CHECK_STANDBY_CLOCK,
        standby->name,
        "Events of both hosts are compared by their times, and a "
        "guest that reads the hardware clock would see it jump.",
        right ? "" : "Run chrony or systemd-timesyncd on both hosts.",
        "its clock differs by %.1f s", (double)skew / 1000);
}

int
ft_check_standby(const struct ft_inventory *inventory,
                 const struct ft_host *primary, const struct ft_domain *domain,
                 const struct ft_host *standby, const char *pool,
                 struct ft_findings *findings)
{
    int rc = check_other(primary, standby, findings);

    if (rc == 0)
        rc = ft_check_libvirt(standby, FT_CHECK_STANDBY_LIBVIRT, findings);
    if (rc == 0)
        rc = ft_check_workers(inventory, standby, domain,
                              FT_CHECK_STANDBY_WORKERS, findings);
    if (rc == 0)
        rc = ft_check_kernel(standby, FT_CHECK_STANDBY_KERNEL, findings);
    /* Without libvirt there is nothing more to know. */
    if (rc < 0 || *standby->libvirt.version == '\0')
        return rc;
    rc = check_qemu(domain, standby, findings);
    if (rc == 0)
        rc = check_machine(domain, standby, findings);
    if (rc == 0)
        rc = check_package(primary, domain, standby, findings);
    if (rc == 0)
        rc = check_libvirt_version(primary, standby, findings);
    if (rc == 0)
        rc = ft_check_cpu(primary, domain, standby, findings);
    if (rc == 0)
        rc = check_vcpus(domain, standby, findings);
    if (rc == 0 && !inventory->standing)
        rc = check_memory(domain, standby, findings);
    if (rc == 0 && !inventory->standing)
        rc = ft_check_pool(domain, standby, pool, findings);
    if (rc == 0 && inventory->standing)
        rc = ft_check_copy(domain, standby, pool, findings);
    if (rc == 0 && inventory->resuming == NULL) /* or the copy has them */
        rc = ft_check_ports(domain, standby, findings);
    if (rc == 0)
        rc = ft_check_files(standby, findings);
    if (rc == 0)
        rc = check_collision(inventory, domain, standby, findings);
    if (rc == 0)
        rc = ft_check_networks(inventory, primary, domain, standby, findings);
    if (rc == 0)
        rc = check_vhost(domain, standby, findings);
    if (rc == 0)
        rc = check_tpm(primary, domain, standby, findings);
    if (rc == 0)
        rc = ft_check_condition(standby, FT_PART_STANDBY, findings);
    if (rc == 0)
        rc = ft_check_machines(inventory, primary, domain, standby, findings);
    return rc == 0 ? check_clock(primary, standby, findings) : rc;
}

/* The host of the two that the witness is; NULL: neither. */
static const struct ft_host *
is_one_of(const struct ft_host *witness, const struct ft_host *primary,
          const struct ft_host *standby)
{
    if (ft_host_identity(primary, witness) == FT_IDENTITY_SAME)
        return primary;
    return standby != NULL &&
                   ft_host_identity(standby, witness) == FT_IDENTITY_SAME
               ? standby
               : NULL;
}

static int
check_clones(const struct ft_host *primary, const struct ft_host *standby,
             const struct ft_host *witness, struct ft_findings *findings)
{
    int rc = check_clone(primary, witness, FT_CHECK_WITNESS_CLONE, findings);

    return rc == 0 && standby != NULL
               ? check_clone(standby, witness, FT_CHECK_WITNESS_CLONE, findings)
               : rc;
}

int
ft_check_witness(const struct ft_host *primary, const struct ft_host *standby,
                 const struct ft_host *witness, struct ft_findings *findings)
{
    struct ft_link_path paths[FT_LINKS_MAX];
    const struct ft_host *one;

    if (witness == NULL)
        return ft_findings_add(
            findings, FT_WARN, FT_CHECK_WITNESS_NONE, "witness",
            "Without a witness the standby cannot know whether the primary is "
            "dead or only out of reach: it never takes over by itself.",
            "Name a third host: --witness HOST.", "no witness, by your choice");
    if (strcmp(witness->name, primary->name) == 0 ||
        (standby != NULL && strcmp(witness->name, standby->name) == 0))
        return ft_findings_add(
            findings, FT_FAIL, FT_CHECK_WITNESS_HOST, witness->name,
            "A witness that dies with one of the two cannot decide.",
            "Choose a third host.", "%s is one of the two hosts", witness->name);
    one = is_one_of(witness, primary, standby);
    if (one != NULL)
        return ft_findings_add(
            findings, FT_FAIL, FT_CHECK_WITNESS_HOST, witness->name,
            "A witness that dies with one of the two cannot decide.",
            "Choose a third host, and forget one of the names: ftadmin host "
            "remove --keep-engine.",
            "%s is %s under another name: %s", witness->name, one->name,
            ft_host_identity_why(one, witness));
    if (check_clones(primary, standby, witness, findings) < 0 ||
        ft_check_independent(primary, witness, findings) < 0 ||
        (standby != NULL &&
         ft_check_independent(standby, witness, findings) < 0) ||
        ft_check_condition(witness, FT_PART_WITNESS, findings) < 0)
        return -ENOMEM;
    if (ft_link_paths(primary, witness, paths) == 0 ||
        (standby != NULL && ft_link_paths(standby, witness, paths) == 0))
        return ft_findings_add(
            findings, FT_WARN, FT_CHECK_WITNESS_ADDRESS, witness->name,
            "Both hosts must reach it when it matters.",
            "Make sure that routes to it do not lead through one of the hosts.",
            "%s shares no network with both hosts", witness->name);
    return ft_findings_add(findings, FT_PASS, FT_CHECK_WITNESS_ADDRESS,
                           witness->name, NULL, NULL,
                           "both hosts share a network with %s", witness->name);
}
