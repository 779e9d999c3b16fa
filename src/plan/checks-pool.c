/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the copy's disks go on the standby: files in a pool of libvirt's that is a
 * folder.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "plan/checks-private.h"
#include "plan/flushes.h"

#define GIB(bytes) ((double)(bytes) / (1 << 30))

bool
ft_needs_replica(const struct ft_disk *disk)
{
    return !disk->readonly && strcmp(disk->device, "cdrom") != 0 &&
           strcmp(disk->device, "floppy") != 0;
}

uint64_t
ft_replica_size(const struct ft_domain *domain)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < domain->disk_count; i++)
        if (ft_needs_replica(&domain->disks[i]))
            sum += FT_MIN(domain->disks[i].capacity, (uint64_t)INT64_MAX - sum);
    return sum;
}

static bool
is_folder_kind(const struct ft_pool *pool)
{
    return strcmp(pool->type, "dir") == 0 || strcmp(pool->type, "fs") == 0 ||
           strcmp(pool->type, "netfs") == 0;
}

bool
ft_pool_usable(const struct ft_pool *pool)
{
    return pool->active && is_folder_kind(pool);
}

/* As the standby will ask for it. */
static uint64_t
room_needed(const struct ft_domain *domain, const struct ft_pool *pool)
{
    uint64_t size = ft_replica_size(domain);

    return size > 0 ? size + ft_storage_edge(pool->capacity) : 0;
}

/* A file system on it has room that its pool may not have. */
static bool
is_thin(const struct ft_pool *pool)
{
    return strcmp(pool->backing, "thin") == 0;
}

static bool
is_better(const struct ft_pool *pool, const struct ft_pool *best)
{
    if (best == NULL || is_thin(pool) != is_thin(best))
        return best == NULL || is_thin(best);
    if (pool->available != best->available)
        return pool->available > best->available;
    return strcmp(pool->name, best->name) < 0;
}

const struct ft_pool *
ft_replica_pool(const struct ft_domain *domain, const struct ft_host *standby)
{
    const char *wanted = domain->disk_count > 0 ? domain->disks[0].pool : "";
    const struct ft_pool *named =
        *wanted != '\0' ? ft_host_pool(standby, wanted) : NULL;
    const struct ft_pool *best = NULL;

    if (named != NULL && ft_pool_usable(named) && !is_thin(named) &&
        named->available >= room_needed(domain, named))
        return named;
    for (size_t i = 0; i < standby->pool_count; i++) {
        const struct ft_pool *p = &standby->pools[i];

        if (ft_pool_usable(p) && is_better(p, best))
            best = p;
    }
    return best;
}

/* Whether what is acknowledged can be written: not where room is only promised. */
static int
check_backing(const struct ft_pool *pool, const struct ft_host *standby,
              struct ft_findings *findings)
{
    if (is_thin(pool))
        return ft_findings_add(
            findings, FT_FAIL, FT_CHECK_STANDBY_POOL_THIN, standby->name,
            "A thin pool that fills up loses writes that were acknowledged, "
            "and no room in it can be kept.",
            "Choose another pool or standby; or put the pool on a volume that "
            "is not thin (lvcreate without --thin).",
            "pool %s lies on a thin volume", pool->name);
    if (strcmp(pool->backing, "zvol") == 0)
        return ft_findings_add(
            findings, FT_WARN, FT_CHECK_STANDBY_POOL_ROOM, standby->name,
            "A sparse ZFS volume whose pool fills up loses writes that were "
            "acknowledged.",
            "Look at zfs get volsize,refreservation of it: the second must not "
            "be less.",
            "pool %s lies on a ZFS volume", pool->name);
    if (*pool->backing == '\0')
        return 0;
    return ft_findings_add(
        findings, FT_WARN, FT_CHECK_STANDBY_POOL_ROOM, standby->name,
        "No room can be kept there: the copy ends before it is full, and the "
        "VM has none until there is room.",
        "Watch its free room; or use a pool on ext4 or XFS.",
        "pool %s lies on %s", pool->name,
        strcmp(pool->backing, "zfs") == 0 ? "ZFS" : pool->backing);
}

#define DEFINE                                                            \
    "virsh pool-define-as default dir --target /var/lib/libvirt/images; " \
    "virsh pool-start default; virsh pool-autostart default"

/* Whose remedy is nearest: one that only sleeps, then ZFS, then LVM, then any. */
static int
nearness(const struct ft_pool *pool)
{
    return is_folder_kind(pool)                 ? 3
           : strcmp(pool->type, "zfs") == 0     ? 2
           : strcmp(pool->type, "logical") == 0 ? 1
                                                : 0;
}

/* What makes a folder of what is there; NULL: nothing is. */
static void
say_remedy(const struct ft_pool *pool, char *out, size_t size)
{
    switch (pool != NULL ? nearness(pool) : 0) {
    case 3:
        snprintf(out, size,
                 "Start it: virsh pool-start %.60s; virsh "
                 "pool-autostart %.60s.",
                 pool->name, pool->name);
        break;
    case 2:
        snprintf(out, size,
                 "Make a file system in it, and a pool of kind dir "
                 "there: zfs create -o mountpoint=/srv/ftadmin POOL/ftadmin; "
                 "virsh pool-define-as ftadmin dir --target /srv/ftadmin; virsh "
                 "pool-start ftadmin; virsh pool-autostart ftadmin.");
        break;
    case 1:
        snprintf(out, size,
                 "Put a file system on a volume of it (lvcreate, "
                 "mkfs.ext4, a line in /etc/fstab), and a pool of kind dir "
                 "there: virsh pool-define-as ftadmin dir --target "
                 "/srv/ftadmin; virsh pool-start ftadmin; virsh pool-autostart "
                 "ftadmin.");
        break;
    default:
        snprintf(out, size,
                 "Define one, there or in another folder with the "
                 "room: " DEFINE ".");
    }
}

/* "vg (logical), iso (dir, not active)" */
static void
list_pools(const struct ft_host *host, char *out, size_t size)
{
    size_t used = 0;

    *out = '\0';
    for (size_t i = 0; i < host->pool_count && used < size - 1; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%.60s (%s%s)",
                                 i > 0 ? ", " : "", host->pools[i].name,
                                 host->pools[i].type,
                                 host->pools[i].active ? "" : ", not active");
}

static const struct ft_pool *
nearest(const struct ft_host *host)
{
    const struct ft_pool *best = NULL;

    for (size_t i = 0; i < host->pool_count; i++)
        if (best == NULL || nearness(&host->pools[i]) > nearness(best))
            best = &host->pools[i];
    return best;
}

static int
say_no_pool(const struct ft_host *host, const char *wanted,
            enum ft_verdict verdict, enum ft_check_id check, const char *why,
            struct ft_findings *findings)
{
    const struct ft_pool *named =
        wanted != NULL ? ft_host_pool(host, wanted) : NULL;
    char remedy[320], pools[200];

    say_remedy(named != NULL ? named : nearest(host), remedy, sizeof(remedy));
    list_pools(host, pools, sizeof(pools));
    if (named != NULL && is_folder_kind(named))
        return ft_findings_add(findings, verdict, check, host->name, why,
                               remedy, "pool %s on %s is not active",
                               named->name, host->name);
    if (named != NULL)
        return ft_findings_add(findings, verdict, check, host->name, why, remedy,
                               "pool %s on %s takes no files: it is of kind %s",
                               named->name, host->name, named->type);
    if (wanted != NULL)
        return ft_findings_add(findings, verdict, check, host->name, why,
                               "Name one that is there, or none: then one is "
                               "chosen.",
                               "%s has no pool %s; it has %s", host->name,
                               wanted, *pools != '\0' ? pools : "none");
    if (*pools == '\0')
        return ft_findings_add(findings, verdict, check, host->name, why, remedy,
                               "%s has no storage pool at all", host->name);
    return ft_findings_add(findings, verdict, check, host->name, why, remedy,
                           "%s has no active storage pool that takes files: %s",
                           host->name, pools);
}

/* One that only sleeps is started; where there is none at all one is made. */
int
ft_check_no_pool(const struct ft_host *host, const char *wanted,
                 enum ft_verdict verdict, enum ft_check_id check,
                 const char *why, struct ft_findings *findings)
{
    const struct ft_pool *pool =
        wanted != NULL ? ft_host_pool(host, wanted) : nearest(host);
    int rc = say_no_pool(host, wanted, verdict, check, why, findings);

    if (rc == 0 && pool != NULL && is_folder_kind(pool) && !pool->active)
        ft_findings_fix(findings, FT_FIX_POOL_START, host->name, pool->name);
    else if (rc == 0 && wanted == NULL && host->pool_count == 0)
        ft_findings_fix(findings, FT_FIX_POOL_DEFINE, host->name, "default");
    return rc;
}

int
ft_check_pool_kind(const struct ft_pool *pool, const struct ft_host *standby,
                   struct ft_findings *findings)
{
    bool shared = strcmp(pool->type, "netfs") == 0;
    int rc = ft_findings_add(
        findings, pool->autostart ? FT_PASS : FT_WARN,
        FT_CHECK_STANDBY_POOL_AUTOSTART, standby->name,
        "A pool that is not there after a reboot of that host holds up the copy, and "
        "the VM is unprotected for as long.",
        pool->autostart ? NULL
                        : "Start it with the host: virsh pool-autostart POOL.",
        "pool %s is %sstarted with the host", pool->name,
        pool->autostart ? "" : "not ");

    ft_findings_fix(findings, FT_FIX_POOL_AUTOSTART, standby->name, pool->name);
    if (rc < 0)
        return rc;
    return ft_findings_add(
        findings, shared ? FT_WARN : FT_PASS, FT_CHECK_STANDBY_POOL_SHARED,
        standby->name,
        "A copy on a file server is lost with it, and with the way to it; most of "
        "all where the VM's own disks are there, too.",
        shared ? "Take a pool on storage of that host: --pool." : NULL,
        "pool %s is %s", pool->name,
        shared ? "on a file server" : "on storage of that host");
}

int
ft_check_pool(const struct ft_domain *domain, const struct ft_host *standby,
              const char *wanted, struct ft_findings *findings)
{
    const struct ft_pool *pool = wanted != NULL
                                     ? ft_host_pool(standby, wanted)
                                     : ft_replica_pool(domain, standby);
    uint64_t needed;
    bool enough;
    int rc;

    if (pool == NULL || !ft_pool_usable(pool))
        return ft_check_no_pool(standby, wanted, FT_FAIL, FT_CHECK_STANDBY_POOL,
                                "The copy's disks are files in a storage pool.",
                                findings);
    needed = room_needed(domain, pool);
    enough = pool->available >= needed;
    rc = needed > 0 ? check_backing(pool, standby, findings) : 0;
    if (rc == 0 && needed > 0)
        rc = ft_check_pool_kind(pool, standby, findings);
    if (rc == 0 && needed > 0)
        rc = ft_flushes_check(pool, standby, findings);
    if (rc < 0)
        return rc;
    return ft_findings_add(
        findings, enough ? FT_PASS : FT_FAIL, FT_CHECK_STANDBY_POOL,
        standby->name,
        "The replica needs the room of the whole disk, and others need some.",
        enough ? "" : "Free room there, or choose another pool or standby.",
        "pool %s has %.1f GiB, %.1f GiB needed", pool->name,
        GIB(pool->available), GIB(needed));
}
