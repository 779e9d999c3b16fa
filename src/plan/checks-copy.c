/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The copy that waits already: its disks, and their room.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "plan/checks-private.h"

#define MIB (UINT64_C(1) << 20)

/* With less the next write of the guest may not find its room. */
#define ROOM_NEEDED (16 * MIB)

static const struct ft_domain *
copy_of(const struct ft_domain *domain, const struct ft_host *standby)
{
    for (size_t i = 0; i < standby->domain_count; i++)
        if (strcasecmp(standby->domains[i].uuid, domain->uuid) == 0)
            return &standby->domains[i];
    return NULL;
}

static int
check_disk(const struct ft_disk *disk, const struct ft_host *standby,
           struct ft_findings *findings)
{
    if (!disk->missing)
        return 0;
    return ft_findings_add(
        findings, FT_FAIL, FT_CHECK_STANDBY_COPY_DISK, standby->name,
        "The copy writes on into a file that has no name: all of it is gone once its "
        "QEMU ends.",
        "Have the copy made anew: systemctl restart libvirtd there, or ftadmin "
        "unprotect and protect.",
        "%s, the copy's disk %s, is not on %s any more", disk->source,
        disk->target, standby->name);
}

/* What the files in a pool may still take; of those that are whole, nothing. */
static uint64_t
growth(const struct ft_domain *copy, const struct ft_pool *pool)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < copy->disk_count; i++) {
        const struct ft_disk *disk = &copy->disks[i];

        if (ft_needs_replica(disk) && strcmp(disk->pool, pool->name) == 0 &&
            disk->size > disk->allocated &&
            sum <= UINT64_MAX - (disk->size - disk->allocated))
            sum += disk->size - disk->allocated;
    }
    return sum;
}

static int
check_room(const struct ft_domain *copy, const struct ft_pool *pool,
           const struct ft_host *standby, struct ft_findings *findings)
{
    uint64_t more = growth(copy, pool);

    if (!pool->active || pool->available >= more)
        return 0;
    return ft_findings_add(
        findings, pool->available < ROOM_NEEDED ? FT_FAIL : FT_WARN,
        FT_CHECK_STANDBY_COPY_ROOM, standby->name,
        "When a write of the guest finds no room there, the VM has no copy from then "
        "on.",
        "Free room in that pool, or make it larger.",
        "pool %s has %.0f MiB free, and the copy's disks may grow by %.0f MiB",
        pool->name, (double)pool->available / (double)MIB,
        (double)more / (double)MIB);
}

static int
check_pool(const char *name, const struct ft_host *standby,
           struct ft_findings *findings)
{
    const struct ft_pool *pool = ft_host_pool(standby, name);

    if (pool != NULL && pool->active)
        return ft_check_pool_kind(pool, standby, findings);
    return ft_findings_add(
        findings, FT_WARN, FT_CHECK_STANDBY_POOL, standby->name,
        "The next copy that is made there finds no place for its disks.",
        pool != NULL ? "Start it there: virsh pool-start."
                     : "Define it there again: virsh pool-define.",
        "pool %s %s", name, pool != NULL ? "does not run" : "is not there");
}

int
ft_check_copy(const struct ft_domain *domain, const struct ft_host *standby,
              const char *pool, struct ft_findings *findings)
{
    const struct ft_domain *copy = copy_of(domain, standby);
    int rc = pool != NULL ? check_pool(pool, standby, findings) : 0;
    size_t before = findings->count;

    if (copy == NULL) /* that there is none now its engine says */
        return rc;
    for (size_t i = 0; i < copy->disk_count && rc == 0; i++)
        rc = check_disk(&copy->disks[i], standby, findings);
    for (size_t i = 0; i < standby->pool_count && rc == 0; i++)
        rc = check_room(copy, &standby->pools[i], standby, findings);
    if (rc < 0 || findings->count > before)
        return rc;
    return ft_findings_add(findings, FT_PASS, FT_CHECK_STANDBY_COPY_DISK,
                           standby->name, NULL, NULL,
                           "the waiting copy's disks are there, and have room");
}
