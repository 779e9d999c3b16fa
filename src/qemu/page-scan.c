/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/page-scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int
ft_page_scan_open(struct ft_page_scan *scan, pid_t pid)
{
    char path[64] = "/proc/self/pagemap";

    if (pid)
        snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
    scan->fd = open(path, O_RDONLY | O_CLOEXEC);
    return scan->fd < 0 ? -errno : 0;
}

void
ft_page_scan_close(struct ft_page_scan *scan)
{
    if (scan->fd >= 0)
        close(scan->fd);
    scan->fd = -1;
}

/* Where what is found goes; each may be NULL. */
struct found {
    struct ft_page_set *set;
    uint64_t start; /* of the block */
    uint16_t block;
    struct ft_page_ranges *ranges;
};

static int
take(const struct found *to, const struct ft_pm_region *regions, long n)
{
    int rc = 0;

    for (long i = 0; i < n && rc == 0; i++) {
        if (to->set)
            rc = ft_page_set_add(to->set, to->block,
                                 regions[i].start - to->start,
                                 regions[i].end - regions[i].start);
        if (to->ranges)
            ft_page_ranges_add(to->ranges, regions[i].start, regions[i].end);
    }
    return rc;
}

static int
walk(struct ft_page_scan *scan, uint64_t start, uint64_t end, bool arm,
     const struct found *to)
{
    uint64_t at = start;

    while (at < end) {
        struct ft_pm_scan argument = {
            .size = sizeof(argument),
            .flags =
                FT_PM_SCAN_CHECK_WPASYNC | (arm ? FT_PM_SCAN_WP_MATCHING : 0),
            .start = at,
            .end = end,
            .vec = (uintptr_t)scan->regions,
            .vec_len = FT_PAGE_SCAN_REGIONS,
            .category_mask = FT_PAGE_IS_WRITTEN,
            .return_mask = FT_PAGE_IS_WRITTEN,
        };
        long n = ioctl(scan->fd, FT_PAGEMAP_SCAN, &argument);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (take(to, scan->regions, n) < 0)
            return -ENOMEM;
        if (argument.walk_end <= at)
            return -EIO; /* no progress: never loop on it */
        at = argument.walk_end;
    }
    return 0;
}

int
ft_page_scan_run(struct ft_page_scan *scan, uint64_t start, uint64_t size,
                 bool arm, uint16_t block, struct ft_page_set *set)
{
    struct found to = { set, start, block, NULL };

    return walk(scan, start, start + size, arm, &to);
}

static int
walk_ranges(struct ft_page_scan *scan, const struct found *to)
{
    int rc = 0;

    for (size_t i = 0; i < scan->ranges.n && rc == 0; i++)
        rc = walk(scan, scan->ranges.list[i].start, scan->ranges.list[i].end,
                  true, to);
    return rc;
}

int
ft_page_scan_arm(struct ft_page_scan *scan, uint64_t start, uint64_t size,
                 uint16_t block, struct ft_page_set *set)
{
    struct found to = { set, start, block, NULL };
    struct found search = { NULL, start, block, &scan->ranges };
    uint64_t bit = block < 64 ? UINT64_C(1) << block : 0;
    bool at_once = scan->wide & bit;
    int rc;

    ft_page_ranges_begin(&scan->ranges, start, size);
    if (at_once)
        to.ranges = &scan->ranges;
    rc = walk(scan, start, start + size, at_once, at_once ? &to : &search);
    if (ft_page_ranges_end(&scan->ranges))
        scan->wide |= bit;
    else
        scan->wide &= ~bit;
    return rc == 0 && !at_once ? walk_ranges(scan, &to) : rc;
}
