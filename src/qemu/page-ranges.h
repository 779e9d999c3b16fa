/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where in a block of memory there is something: a bounded list of ranges, of
 * whole granules, that covers all that was added. Pure.
 *
 * Ownership: a plain struct. Units: bytes.
 */
#ifndef FT_QEMU_PAGE_RANGES_H
#define FT_QEMU_PAGE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* KVM and the page tables map at most so much as one (x86-64: a huge page). */
#define FT_PAGE_GRANULE (UINT64_C(2) << 20)

/* Each range costs an ioctl(2), a call of KVM's notifier and a TLB flush. */
#define FT_PAGE_RANGES_MAX 64

struct ft_page_range {
    uint64_t start, end;
};

struct ft_page_ranges {
    uint64_t start, end;                           /* what they are parts of */
    struct ft_page_range list[FT_PAGE_RANGES_MAX]; /* ascending, apart */
    size_t n;
};

/* None yet, of [start, start + size). */
void ft_page_ranges_begin(struct ft_page_ranges *ranges, uint64_t start,
                          uint64_t size);

/*
 * Covers [start, end) too, a part of the block that begins behind all that was
 * added before. Where the list is full the last range grows over the gap.
 */
void ft_page_ranges_add(struct ft_page_ranges *ranges, uint64_t start,
                        uint64_t end);

/* All are added: more than half of the block becomes the whole of it, true. */
bool ft_page_ranges_end(struct ft_page_ranges *ranges);

#endif
