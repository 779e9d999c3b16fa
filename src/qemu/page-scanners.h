/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same search by several threads side by side, for memory that is large: a
 * walk of page tables takes 0.3 to 0.8 ms a GiB, and the VM stands for it. Two
 * threads on two processors that share a core, 4 GiB: nothing or little written
 * 1.85 and 2.3 ms instead of 3.15 and 3.5 (tests/bench/README, tracking); of a VM
 * that size 2.0 to 3.5 instead of 2.7 to 2.9, which is nothing: so 8 GiB at least.
 *
 * Ownership: the struct is the caller's, zero bytes before ft_page_scanners_open;
 * close frees what it has. Threads: one caller at a time; those that search live
 * for one call.
 */
#ifndef FT_QEMU_PAGE_SCANNERS_H
#define FT_QEMU_PAGE_SCANNERS_H

#include "qemu/page-scan.h"

#define FT_PAGE_SCANNERS_MAX 4

/* Bytes that are worth a thread. */
#define FT_PAGE_SCANNER_SHARE (UINT64_C(4) << 30)

struct ft_page_scanners {
    struct ft_page_scan *scans[FT_PAGE_SCANNERS_MAX];
    unsigned n;
};

/* How many for a block of that size on so many processors: one at least. Pure. */
unsigned ft_page_scanners_for(uint64_t size, unsigned processors);

/* n, 1 to FT_PAGE_SCANNERS_MAX, of process pid (0: of this one). -ENOMEM, or what
 * open(2) says of its page map. */
int ft_page_scanners_open(struct ft_page_scanners *scanners, pid_t pid,
                          unsigned n);

void ft_page_scanners_close(struct ft_page_scanners *scanners);

/* As ft_page_scan_arm, by count of them, at most as many as there are. */
int ft_page_scanners_arm(struct ft_page_scanners *scanners, unsigned count,
                         uint64_t start, uint64_t size, uint16_t block,
                         struct ft_page_set *set);

#endif
