/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "inventory/identity.h"
#include "plan/inventory.h"

const struct ft_host *
ft_inventory_host(const struct ft_inventory *inventory, const char *name)
{
    for (size_t i = 0; i < inventory->host_count; i++)
        if (strcmp(inventory->hosts[i]->name, name) == 0)
            return inventory->hosts[i];
    return NULL;
}

/* A running domain is the VM rather than a paused one, that than a stopped one. */
static int
rank(const struct ft_domain *domain)
{
    return domain->state == FT_DOMAIN_RUNNING  ? 2
           : domain->state == FT_DOMAIN_PAUSED ? 1
                                               : 0;
}

/* Two that live and are either different VMs or the same one, running twice. */
static bool
is_ambiguous(const struct ft_domain *a, const struct ft_domain *b)
{
    return rank(a) > 0 && rank(b) > 0 &&
           (strcmp(a->uuid, b->uuid) != 0 || rank(a) == rank(b));
}

/* The waiting copy of a known pair is paused on its standby: not the VM. */
static bool
is_waiting_copy(const struct ft_inventory *inventory,
                const struct ft_host *host, const struct ft_domain *domain)
{
    for (size_t i = 0; i < inventory->pair_count; i++)
        if (strcmp(inventory->pairs[i].vm_uuid, domain->uuid) == 0 &&
            strcmp(inventory->pairs[i].standby, host->name) == 0 &&
            domain->state != FT_DOMAIN_RUNNING)
            return true;
    return false;
}

int
ft_inventory_locate(const struct ft_inventory *inventory, const char *vm,
                    const struct ft_host **host,
                    const struct ft_domain **domain, struct ft_error *err)
{
    const struct ft_host *found_on = NULL;
    const struct ft_domain *found = NULL;

    for (size_t i = 0; i < inventory->host_count; i++) {
        const struct ft_host *candidate = inventory->hosts[i];
        const struct ft_domain *d = ft_host_domain(candidate, vm);

        if (d == NULL || is_waiting_copy(inventory, candidate, d))
            continue;
        if (found != NULL && rank(found) > 0 &&
            ft_host_identity(found_on, candidate) == FT_IDENTITY_SAME)
            return ft_fail(err, EEXIST,
                           "Forget one of them: ftadmin host remove "
                           "--keep-engine.",
                           "%s and %s are one host, where %s runs: %s",
                           found_on->name, candidate->name, vm,
                           ft_host_identity_why(found_on, candidate));
        if (found != NULL && is_ambiguous(found, d))
            return ft_fail(err, EEXIST,
                           "Give its UUID, or stop the one you do "
                           "not mean.",
                           "%s runs on %s and on %s", vm, found_on->name,
                           candidate->name);
        if (found == NULL || rank(d) > rank(found)) {
            found_on = candidate;
            found = d;
        }
    }
    if (found == NULL)
        return ft_fail(err, ENOENT,
                       "ftadmin vm list shows what the hosts have; "
                       "ftadmin host add adds more hosts.",
                       "no host has a VM %s", vm);
    *host = found_on;
    if (domain != NULL)
        *domain = found;
    return 0;
}
