/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks about the VM itself and the host it runs on.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "plan/carry.h"
#include "plan/checks.h"
#include "plan/checks-private.h"
#include "plan/flat.h"
#include "plan/move.h"
#include "plan/remedy.h"

#define LIBVIRT_NEEDED 8002 /* 8.2: virDomainQemuMonitorCommandWithFiles */

int
ft_check_kernel(const struct ft_host *host, enum ft_check_id check,
                struct ft_findings *findings)
{
    const struct ft_kernel *k = &host->kernel;
    bool whole =
        k->userfaultfd && k->uffd_wp_async && k->pagemap_scan && k->pidfd_getfd;

    return ft_findings_add(
        findings, whole ? FT_PASS : FT_FAIL, check, host->name,
        "Guest memory is tracked by userfaultfd with WP_ASYNC and PAGEMAP_SCAN.",
        whole ? "" : ft_remedy_kernel(host),
        "Linux %s: /dev/userfaultfd %s, WP_ASYNC %s, PAGEMAP_SCAN %s, "
        "pidfd_getfd %s",
        k->release, k->userfaultfd ? "works" : "missing",
        k->uffd_wp_async ? "works" : "missing",
        k->pagemap_scan ? "works" : "missing",
        k->pidfd_getfd ? "works" : "missing");
}

int
ft_check_libvirt(const struct ft_host *host, enum ft_check_id check,
                 struct ft_findings *findings)
{
    const struct ft_libvirt *l = &host->libvirt;
    unsigned major = 0, minor = 0;
    bool enough;

    if (*l->version == '\0')
        return ft_findings_add(
            findings, FT_FAIL, check, host->name,
            "The engine works with VMs through libvirt.",
            "Install and start libvirt there (Debian: apt-get install "
            "libvirt-daemon-system qemu-system-x86), or choose another host.",
            "libvirt does not answer: %s",
            *l->error != '\0' ? l->error : "not installed");
    sscanf(l->version, "%u.%u", &major, &minor);
    enough = major * 1000 + minor >= LIBVIRT_NEEDED;
    return ft_findings_add(
        findings, enough ? FT_PASS : FT_FAIL, check, host->name,
        "The engine passes file descriptors to QEMU through libvirt.",
        enough ? "" : ft_remedy_libvirt(host), "libvirt %s at %s", l->version,
        l->uri);
}

/* Pairs that this host is one of, but for the VM's own. */
static unsigned
other_pairs(const struct ft_inventory *inventory, const struct ft_host *host,
            const struct ft_domain *domain)
{
    unsigned n = 0;

    for (size_t i = 0; i < inventory->pair_count; i++) {
        const struct ft_known_pair *p = &inventory->pairs[i];

        if (strcmp(p->vm_uuid, domain->uuid) != 0 &&
            (strcmp(p->primary, host->name) == 0 ||
             strcmp(p->standby, host->name) == 0))
            n++;
    }
    return n;
}

int
ft_check_workers(const struct ft_inventory *inventory,
                 const struct ft_host *host, const struct ft_domain *domain,
                 enum ft_check_id check, struct ft_findings *findings)
{
    unsigned workers = host->libvirt.max_workers;
    unsigned vms = other_pairs(inventory, host, domain) + 1;
    bool enough = vms + FT_SPARE_WORKERS <= workers;

    if (workers == 0 || *host->libvirt.version == '\0')
        return 0;
    return ft_findings_add(
        findings, enough ? FT_PASS : FT_WARN, check, host->name,
        "Each stop is a call of libvirt's, which lasts as long as QEMU hangs: "
        "while so many hang at once, on a storage say, the others' epochs wait "
        "and they lose their copies for some seconds, too (ftadmin(8)).",
        enough ? ""
               : "Set max_workers in /etc/libvirt/libvirtd.conf (or "
                 "virtqemud.conf) there to more, and restart that daemon; or "
                 "choose another host.",
        "%u protected VM%s may run there, libvirt works on %u calls at once",
        vms, vms == 1 ? "" : "s", workers);
}

static int
check_running(const struct ft_inventory *inventory,
              const struct ft_host *primary, const struct ft_domain *domain,
              struct ft_findings *findings)
{
    enum ft_domain_state state =
        inventory->running && domain->state == FT_DOMAIN_PAUSED
            ? FT_DOMAIN_RUNNING
            : domain->state;
    bool running = state == FT_DOMAIN_RUNNING;

    return ft_findings_add(findings, running ? FT_PASS : FT_FAIL,
                           FT_CHECK_VM_RUNNING, domain->name,
                           "Only a running VM can be protected.",
                           running ? ""
                           : state == FT_DOMAIN_PAUSED
                               ? "Resume it (virsh resume) and try again."
                               : "Start it (virsh start) and try again.",
                           "the VM is %s on %s", ft_domain_state_name(state),
                           primary->name);
}

/* What is given up by that. */
static int
check_leaving(const struct ft_known_pair *pair, const struct ft_domain *domain,
              struct ft_findings *findings)
{
    bool silent = pair->other == FT_OTHER_SILENT;
    bool there = pair->other == FT_OTHER_HAS_IT;

    return ft_findings_add(
        findings, FT_WARN, FT_CHECK_VM_PROTECTED, domain->name,
        silent  ? "Its copy there is given up; what is left of it there is put "
                  "away when that host returns, and holds nothing up until then."
        : there ? "Its copy waits there no more; what is left of it is put away."
                : "There is nothing of its copy there any more.",
        "", "the VM runs alone and leaves its pair with %s, which %s",
        pair->standby,
        silent  ? "is silent"
        : there ? "is under maintenance"
                : "answers but does not know the pair");
}

static int
check_protected(const struct ft_inventory *inventory,
                const struct ft_host *primary, const struct ft_domain *domain,
                struct ft_findings *findings)
{
    char why[FT_MOVE_TEXT];

    for (size_t i = 0; i < inventory->pair_count; i++) {
        const struct ft_known_pair *p = &inventory->pairs[i];

        if (strcmp(p->vm_uuid, domain->uuid) != 0 || p == inventory->leaving ||
            (inventory->resuming != NULL &&
             strcmp(p->pair, inventory->resuming) == 0))
            continue;
        ft_move_from(inventory, primary, domain, NULL, why);
        return ft_findings_add(findings, FT_FAIL, FT_CHECK_VM_PROTECTED,
                               domain->name, "A VM can be in one pair only.",
                               why, "the VM is protected already: %s and %s, %s",
                               p->primary, p->standby, p->state);
    }
    if (inventory->leaving != NULL)
        return check_leaving(inventory->leaving, domain, findings);
    return ft_findings_add(findings, FT_PASS, FT_CHECK_VM_PROTECTED,
                           domain->name, NULL, NULL,
                           "the VM is in no other pair");
}

static int
check_carry(const struct ft_inventory *inventory, const struct ft_host *primary,
            const struct ft_domain *domain, struct ft_findings *findings)
{
    struct ft_carry_facts facts = {
        .vhost_known = domain->pid > 0,
        .vhost = domain->vhost,
        .vhost_net = primary->kernel.vhost_net,
        .no_plug = !primary->kernel.plug,
        .attached = ft_move_is_attached(inventory),
        .qemu = domain->qemu_version,
    };
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_carry_check(domain->xml, &facts, findings, &err);

    if (rc == -EINVAL)
        return ft_findings_add(findings, FT_FAIL, FT_CHECK_VM_XML, domain->name,
                               "Its devices cannot be checked without it.",
                               "Look at it with virsh dumpxml.", "%s", err.text);
    return rc;
}

static int
check_jobs(const struct ft_inventory *inventory, const struct ft_domain *domain,
           struct ft_findings *findings)
{
    for (size_t i = 0; i < domain->disk_count; i++)
        if (domain->disks[i].job && !ft_move_is_attached(inventory))
            return ft_findings_add(
                findings, FT_FAIL, FT_CHECK_VM_BLOCK_JOB,
                domain->disks[i].target,
                "Only one job at a time can mirror a disk.",
                "Wait until it has ended, or end it: virsh blockjob VM DISK "
                "--abort.",
                "a block job runs on disk %s", domain->disks[i].target);
    return 0;
}

static int
check_disks(const struct ft_domain *domain, struct ft_findings *findings)
{
    for (size_t i = 0; i < domain->disk_count; i++) {
        const struct ft_disk *d = &domain->disks[i];

        if (ft_needs_replica(d) && d->capacity == 0)
            return ft_findings_add(findings, FT_FAIL, FT_CHECK_VM_DISK_SIZE,
                                   d->target,
                                   "The replica must have the same size.",
                                   "Look at it with virsh domblkinfo.",
                                   "the size of disk %s (%s) is not known",
                                   d->target, d->source);
    }
    return ft_findings_add(findings, FT_PASS, FT_CHECK_VM_DISK_SIZE,
                           domain->name, NULL, NULL,
                           "%.1f GiB of disks to replicate",
                           (double)ft_replica_size(domain) / (1 << 30));
}

/*
 * QEMU saves what it has even then, and what it lacks would be missing at the
 * takeover (migration/savevm.c, qemu_save_device_state).
 */
static int
check_blocked(const struct ft_domain *domain, struct ft_findings *findings)
{
    if (*domain->blocked == '\0')
        return 0;
    return ft_findings_add(
        findings, FT_FAIL, FT_CHECK_VM_BLOCKED, domain->name,
        "A state that QEMU itself calls incomplete would not come to life on the "
        "other host.",
        "Remove what it names (virsh edit) and restart the VM.",
        "its QEMU cannot give its state away: %s", domain->blocked);
}

/* A chain is in the XML: carry.c. */
static int
check_snapshots(const struct ft_domain *domain, struct ft_findings *findings)
{
    int rc = 0;

    for (size_t i = 0; i < domain->disk_count && rc == 0; i++) {
        const struct ft_disk *d = &domain->disks[i];

        if (ft_needs_replica(d) && d->snapshots > 0 &&
            strcmp(d->format, "qcow2") == 0) /* raw: the guest wrote that */
            rc = ft_findings_add(findings, FT_WARN, FT_CHECK_VM_DISK_SNAPSHOTS,
                                 d->target, FT_WHY_FLAT, FT_DO_FLAT,
                                 "%s has %u internal snapshot%s", d->source,
                                 d->snapshots, d->snapshots == 1 ? "" : "s");
    }
    return rc;
}

static int
check_kind(const struct ft_domain *domain, struct ft_findings *findings)
{
    int rc = 0;

    if (!domain->persistent)
        rc = ft_findings_add(findings, FT_WARN, FT_CHECK_VM_TRANSIENT,
                             domain->name, "Nothing of it is left when it ends.",
                             "Define it (virsh define) if it is to stay.",
                             "the VM is transient");
    if (rc == 0 && *domain->qemu_version == '\0')
        rc = ft_findings_add(findings, FT_FAIL, FT_CHECK_VM_QEMU, domain->name,
                             "The copy needs that version or a later one.", "",
                             "the version of its running QEMU is not known");
    /* Said wherever it matters until somebody has measured it. */
    if (rc == 0 && domain->kvm)
        rc = ft_findings_add(
            findings, FT_WARN, FT_CHECK_VM_KVM, domain->name,
            "Dirty pages are found by host page tables, which KVM follows; this "
            "has been proven with KVM on emulated processors (tests/machines), "
            "not on real ones.",
            "Compare both sides once it is protected: ftadmin verify.",
            "the VM runs with KVM");
    return rc;
}

/* Known beforehand, so that nobody's monitoring is surprised by it. */
static int
note_events(const struct ft_domain *domain, struct ft_findings *findings)
{
    return ft_findings_add(
        findings, FT_PASS, FT_CHECK_NOTE_LIBVIRT_EVENTS, domain->name,
        "A program that acts upon that takes a checkpoint for an outage.",
        "Let monitoring ask ftadmin status --json, or ftengine metrics there.",
        "once protected, libvirt tells every client Suspended and Resumed at "
        "each checkpoint, and virsh domstate may say paused");
}

int
ft_check_vm(const struct ft_inventory *inventory, const struct ft_host *primary,
            const struct ft_domain *domain, struct ft_findings *findings)
{
    int rc = check_running(inventory, primary, domain, findings);

    if (rc == 0)
        rc = check_protected(inventory, primary, domain, findings);
    if (rc == 0)
        rc = ft_check_libvirt(primary, FT_CHECK_PRIMARY_LIBVIRT, findings);
    if (rc == 0)
        rc = ft_check_workers(inventory, primary, domain,
                              FT_CHECK_PRIMARY_WORKERS, findings);
    if (rc == 0)
        rc = ft_check_kernel(primary, FT_CHECK_PRIMARY_KERNEL, findings);
    if (rc == 0)
        rc = ft_check_condition(primary, FT_PART_PRIMARY, findings);
    if (rc == 0)
        rc = ft_check_own_machine(primary, findings);
    if (rc == 0 && domain->state == FT_DOMAIN_RUNNING)
        rc = check_kind(domain, findings);
    if (rc == 0)
        rc = note_events(domain, findings);
    if (rc == 0)
        rc = check_carry(inventory, primary, domain, findings);
    if (rc == 0)
        rc = check_jobs(inventory, domain, findings);
    if (rc == 0)
        rc = check_blocked(domain, findings);
    if (rc == 0)
        rc = check_snapshots(domain, findings);
    if (rc == 0)
        rc = check_disks(domain, findings);
    return rc == 0 && !inventory->standing
               ? ft_check_way_back(primary, domain, findings)
               : rc;
}
