/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check of the room that the VM's own host needs after a takeover, when it is
 * the one that has the copy. src/worker/worker-disks.c finds the place: beside
 * each image, or else in the pair's pool.
 */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "plan/checks-private.h"

#define GIB(bytes) ((double)(bytes) / (1 << 30))

/* Of the disks that have their images in it. */
static uint64_t
size_in(const struct ft_domain *domain, const struct ft_pool *pool)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < domain->disk_count; i++)
        if (ft_needs_replica(&domain->disks[i]) &&
            strcmp(domain->disks[i].pool, pool->name) == 0)
            sum += domain->disks[i].capacity;
    return sum;
}

static bool
has_room(const struct ft_pool *pool, uint64_t size)
{
    return pool->available >= size + ft_storage_edge(pool->capacity);
}

/* Whether each image has room for another one beside it. */
static bool
has_room_beside(const struct ft_domain *domain, const struct ft_host *host)
{
    for (size_t i = 0; i < domain->disk_count; i++) {
        const struct ft_disk *disk = &domain->disks[i];
        const struct ft_pool *pool = ft_host_pool(host, disk->pool);

        if (ft_needs_replica(disk) && (pool == NULL || !ft_pool_usable(pool) ||
                                       !has_room(pool, size_in(domain, pool))))
            return false;
    }
    return true;
}

int
ft_check_way_back(const struct ft_host *primary, const struct ft_domain *domain,
                  struct ft_findings *findings)
{
    static const char why[] =
        "After a takeover the copy comes back to this host, and the old images "
        "stay until it is whole: without room the VM stays unprotected.";
    const struct ft_pool *pool = ft_replica_pool(domain, primary);
    uint64_t size = ft_replica_size(domain);

    if (size == 0 || has_room_beside(domain, primary) ||
        (pool != NULL && ft_pool_usable(pool) && has_room(pool, size)))
        return 0;
    if (pool == NULL || !ft_pool_usable(pool))
        return ft_check_no_pool(primary, NULL, FT_WARN,
                                FT_CHECK_PRIMARY_WAY_BACK, why, findings);
    return ft_findings_add(
        findings, FT_WARN, FT_CHECK_PRIMARY_WAY_BACK, primary->name, why,
        "Free room there, or add a pool that has it, before a host is lost.",
        "%s lacks the room for the way back: pool %s has %.1f GiB, %.1f GiB "
        "needed",
        primary->name, pool->name, GIB(pool->available),
        GIB(size + ft_storage_edge(pool->capacity)));
}
