/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PAGEMAP_SCAN: the pages of another process that were written since they were
 * last write-protected by a userfaultfd in asynchronous mode.
 *
 * Threads: one thread at a time per scanner.
 * Source: Documentation/admin-guide/mm/pagemap.rst, fs/proc/task_mmu.c. Both
 * masks are exactly "written": only so does the kernel count and arm pages
 * that are not there at all (given back by a balloon) as well.
 */
#ifndef FT_QEMU_PAGE_SCAN_H
#define FT_QEMU_PAGE_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "qemu/kernel-abi.h"
#include "qemu/page-set.h"

#define FT_PAGE_SCAN_REGIONS 8192

struct ft_page_scan {
    int fd; /* /proc/PID/pagemap */
    struct ft_pm_region regions[FT_PAGE_SCAN_REGIONS];
};

/* Opens the page map of process pid (0: of this one). 0 or -errno. */
int ft_page_scan_open(struct ft_page_scan *scan, pid_t pid);

void ft_page_scan_close(struct ft_page_scan *scan);

/*
 * Adds to set (as block, offsets from start) the pages written in
 * [start, start + size), and with arm protects them again. set may be NULL.
 * -EPERM when the range is not registered in asynchronous mode, -ENOMEM. After
 * a failure some pages may be armed and not in set.
 */
int ft_page_scan_run(struct ft_page_scan *scan, uint64_t start, uint64_t size,
                     bool arm, uint16_t block, struct ft_page_set *set);

#endif
