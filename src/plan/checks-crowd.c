/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With whom the VM would run on its standby, when any one host is lost.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "plan/checks-private.h"

#define VCPUS_PER_CPU 4

/* ---- do the processors do ---- */

/* What runs there now, the VM itself left out. */
static int
vcpus_now(const struct ft_domain *domain, const struct ft_host *host)
{
    int sum = 0;

    for (size_t i = 0; i < host->domain_count; i++)
        if (host->domains[i].state == FT_DOMAIN_RUNNING &&
            strcmp(host->domains[i].uuid, domain->uuid) != 0)
            sum += host->domains[i].vcpus;
    return sum;
}

static size_t
index_of(const struct ft_inventory *inventory, const char *name)
{
    size_t i = 0;

    while (i < inventory->host_count &&
           strcmp(inventory->hosts[i]->name, name) != 0)
        i++;
    return i;
}

/*
 * Adds to come, one for each host of the inventory, the vCPUs of what runs on it and
 * whose copy waits there: they come when it is lost. The VM itself is left out.
 */
static void
add_copies(const struct ft_inventory *inventory, const struct ft_domain *domain,
           const struct ft_host *standby, int *come)
{
    for (size_t i = 0; i < inventory->pair_count; i++) {
        const struct ft_known_pair *pair = &inventory->pairs[i];
        const struct ft_domain *vm = NULL;
        size_t from;

        if (strcmp(pair->standby, standby->name) != 0 ||
            strcmp(pair->vm_uuid, domain->uuid) == 0)
            continue;
        from = index_of(inventory, pair->primary);
        if (from < inventory->host_count)
            vm = ft_host_domain(inventory->hosts[from], pair->vm_uuid);
        if (vm != NULL)
            come[from] += vm->vcpus;
    }
}

static int
check_capacity(const struct ft_inventory *inventory,
               const struct ft_host *primary, const struct ft_domain *domain,
               const struct ft_host *standby, struct ft_findings *findings)
{
    FT_AUTOFREE int *come = calloc(inventory->host_count + 1, sizeof(*come));
    size_t worst = index_of(inventory, primary->name);
    int most;
    bool enough;

    if (come == NULL)
        return -ENOMEM;
    come[worst] = domain->vcpus;
    add_copies(inventory, domain, standby, come);
    for (size_t i = 0; i < inventory->host_count; i++)
        if (come[i] > come[worst])
            worst = i;
    most = vcpus_now(domain, standby) + come[worst];
    enough = most <= standby->cpu.count * VCPUS_PER_CPU;
    return ft_findings_add(
        findings, enough ? FT_PASS : FT_WARN, FT_CHECK_STANDBY_CAPACITY,
        standby->name,
        "A takeover costs processors: the waiting copies use none, and then all "
        "run.",
        enough ? NULL : "Spread the copies over more hosts: --standby.",
        "when %s is lost %d vCPUs run on %d CPUs there",
        worst < inventory->host_count ? inventory->hosts[worst]->name
                                      : primary->name,
        most, standby->cpu.count);
}

/* ---- and the rules ---- */

static bool
is_vm(const struct ft_domain *domain, const char *name)
{
    return strcmp(domain->name, name) == 0 ||
           strcasecmp(domain->uuid, name) == 0;
}

/* The other one of a rule about the VM, or NULL. */
static const char *
other_of(const struct ft_apart *rule, const struct ft_domain *domain)
{
    return is_vm(domain, rule->vms[0])   ? rule->vms[1]
           : is_vm(domain, rule->vms[1]) ? rule->vms[0]
                                         : NULL;
}

static bool
runs_on(const struct ft_host *host, const char *name)
{
    const struct ft_domain *domain = ft_host_domain(host, name);

    return domain != NULL && domain->state == FT_DOMAIN_RUNNING;
}

/* The other one's pair, or NULL. */
static const struct ft_known_pair *
pair_of(const struct ft_inventory *inventory, const char *other)
{
    for (size_t i = 0; i < inventory->pair_count; i++)
        if (strcmp(inventory->pairs[i].vm, other) == 0 ||
            strcasecmp(inventory->pairs[i].vm_uuid, other) == 0)
            return &inventory->pairs[i];
    return NULL;
}

static int
check_apart(const struct ft_inventory *inventory, const struct ft_host *primary,
            const struct ft_domain *domain, const struct ft_host *standby,
            const char *other, struct ft_findings *findings)
{
    const struct ft_known_pair *pair = pair_of(inventory, other);
    bool there = runs_on(standby, other);
    bool along = pair != NULL && strcmp(pair->primary, primary->name) == 0 &&
                 strcmp(pair->standby, standby->name) == 0;
    bool here = runs_on(primary, other);
    bool comes = pair != NULL && strcmp(pair->standby, primary->name) == 0;

    return ft_findings_add(
        findings, there || along || here || comes ? FT_WARN : FT_PASS,
        FT_CHECK_STANDBY_APART, other,
        "You have made a rule that keeps them apart, so that one host is not the "
        "end of both.",
        there || along ? "Choose another standby for one of them: --standby."
        : here         ? "Move one of them: ftadmin switchover."
        : comes        ? "Choose another standby for the other one: --standby."
                       : NULL,
        "%s and %s %s", domain->name, other,
        there   ? "would run on one host after a takeover"
        : along ? "would be taken over to one host, from one host"
        : here  ? "run on one host now"
        : comes ? "would run on one host once that of the second is lost"
                : "stay apart, whichever host is lost");
}

int
ft_check_crowd(const struct ft_inventory *inventory,
               const struct ft_host *primary, const struct ft_domain *domain,
               const struct ft_host *standby, struct ft_findings *findings)
{
    int rc = check_capacity(inventory, primary, domain, standby, findings);

    for (size_t i = 0; i < inventory->apart_count && rc == 0; i++) {
        const char *other = other_of(&inventory->apart[i], domain);

        if (other != NULL)
            rc = check_apart(inventory, primary, domain, standby, other,
                             findings);
    }
    return rc;
}
