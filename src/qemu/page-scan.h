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
#include "qemu/page-ranges.h"
#include "qemu/page-set.h"

#define FT_PAGE_SCAN_REGIONS 8192

struct ft_page_scan {
    int fd; /* /proc/PID/pagemap */
    struct ft_pm_region regions[FT_PAGE_SCAN_REGIONS];
    struct ft_page_ranges ranges; /* what was found, of the last range */
    uint64_t wide; /* by block: much of it was written the last time */
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

/*
 * The same with arm, in the way that is kind to KVM, of a range in which little
 * is written. The kernel tells KVM of all that is walked with arm, written or
 * not, and KVM throws away what it had mapped there (do_pagemap_scan, its
 * notifier MMU_NOTIFY_PROTECTION_VMA): the guest would fault in its whole working
 * set anew after each epoch. So written pages are searched for first, and only
 * the ranges that have some are walked with arm (page-ranges.h). What that
 * second walk finds is the set: a page written between the two is in it, or
 * stays written for the next one. Of a block (below 64) in which written pages
 * were everywhere the last time the search is left out.
 */
int ft_page_scan_arm(struct ft_page_scan *scan, uint64_t start, uint64_t size,
                     uint16_t block, struct ft_page_set *set);

#endif
