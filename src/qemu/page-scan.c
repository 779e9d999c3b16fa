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

static int
add_regions(const struct ft_page_scan *scan, long n, uint64_t start,
            uint16_t block, struct ft_page_set *set)
{
    int rc = 0;
    long i;

    for (i = 0; set && i < n && rc == 0; i++)
        rc = ft_page_set_add(set, block, scan->regions[i].start - start,
                             scan->regions[i].end - scan->regions[i].start);
    return rc;
}

int
ft_page_scan_run(struct ft_page_scan *scan, uint64_t start, uint64_t size,
                 bool arm, uint16_t block, struct ft_page_set *set)
{
    uint64_t at = start, end = start + size;

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
        if (add_regions(scan, n, start, block, set) < 0)
            return -ENOMEM;
        if (argument.walk_end <= at)
            return -EIO; /* no progress: never loop on it */
        at = argument.walk_end;
    }
    return 0;
}
