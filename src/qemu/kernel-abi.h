/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel interfaces that are newer than Debian 12's headers.
 *
 * Source: Linux 6.7 include/uapi/linux/fs.h (PAGEMAP_SCAN, struct
 * pm_scan_arg), include/uapi/linux/userfaultfd.h.
 */
#ifndef FT_QEMU_KERNEL_ABI_H
#define FT_QEMU_KERNEL_ABI_H

#include <stdint.h>

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

#ifndef UFFD_FEATURE_WP_HUGETLBFS_SHMEM
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM (1 << 12)
#endif
#ifndef UFFD_FEATURE_WP_UNPOPULATED
#define UFFD_FEATURE_WP_UNPOPULATED (1 << 13)
#endif
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC (1 << 15)
#endif
#ifndef USERFAULTFD_IOC_NEW
#define USERFAULTFD_IOC_NEW _IO(0xAA, 0x00)
#endif

#define FT_PAGE_IS_WRITTEN (UINT64_C(1) << 1)
#define FT_PAGE_IS_PRESENT (UINT64_C(1) << 3)
#define FT_PM_SCAN_WP_MATCHING (UINT64_C(1) << 0)
#define FT_PM_SCAN_CHECK_WPASYNC (UINT64_C(1) << 1)

struct ft_pm_region {
    uint64_t start, end; /* addresses */
    uint64_t categories;
};

struct ft_pm_scan {
    uint64_t size, flags;
    uint64_t start, end; /* in: what to walk */
    uint64_t walk_end;   /* out: where the walk ended */
    uint64_t vec, vec_len;
    uint64_t max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask;
    uint64_t return_mask;
};

#define FT_PAGEMAP_SCAN _IOWR('f', 16, struct ft_pm_scan)

#endif
