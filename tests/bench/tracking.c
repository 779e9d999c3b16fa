/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it costs to find the pages that were written, and to arm them again: in
 * memory of this process, of several sizes, in small pages and in huge ones, by
 * one walk of all of it (ft_page_scan_run), by the way that is kind to KVM
 * (ft_page_scan_arm), and so by two threads (ft_page_scanners_arm). Prints milliseconds, the median of some. Needs root.
 *     tracking [MIB...]         256 1024 4096
 */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "qemu/page-scanners.h"
#include "qemu/uffd.h"

#define TIMES 9
#define HUGE_BYTES ((uint64_t)2 << 20)

static struct ft_page_scan scan;
static struct ft_page_scanners scanners;

static void
cannot(const char *what)
{
    fprintf(stderr, "tracking: %s: %m\n", what);
    exit(1);
}

struct area {
    char *bytes;
    uint64_t size;
};

static double
ms_since(int64_t begin)
{
    return (double)(ft_clock_ns() - begin) / FT_NS_PER_MS;
}

/* How many pages of it, spread at random; 0: none. */
static void
dirty(const struct area *area, uint64_t pages)
{
    for (uint64_t i = 0; i < pages; i++) {
        uint64_t page = (uint64_t)random() % (area->size / FT_PAGE_SIZE);

        area->bytes[page * FT_PAGE_SIZE] ^= 1;
    }
}

/* As many, side by side. */
static void
dirty_together(const struct area *area, uint64_t pages)
{
    for (uint64_t i = 0; i < pages && i < area->size / FT_PAGE_SIZE; i++)
        area->bytes[i * FT_PAGE_SIZE] ^= 1;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double
median(const struct area *area, void (*write)(const struct area *, uint64_t),
       uint64_t pages, unsigned side_by_side)
{
    struct ft_page_set set = { 0 };
    double ms[TIMES];

    for (int i = 0; i < TIMES; i++) {
        int64_t begin;
        int rc;

        write(area, pages);
        ft_page_set_clear(&set);
        begin = ft_clock_ns();
        rc = side_by_side ? ft_page_scanners_arm(&scanners, side_by_side,
                                                 (uintptr_t)area->bytes,
                                                 area->size, 0, &set)
                          : ft_page_scan_run(&scan, (uintptr_t)area->bytes,
                                             area->size, true, 0, &set);
        ms[i] = ms_since(begin);
        if (rc < 0)
            cannot("scan");
    }
    ft_page_set_free(&set);
    qsort(ms, TIMES, sizeof(ms[0]), compare);
    return ms[TIMES / 2];
}

static void
measure(int device, uint64_t mib, int advice)
{
    static const struct {
        const char *what;
        void (*write)(const struct area *, uint64_t);
        uint64_t pages;
    } loads[] = { { "nothing", dirty, 0 },
                  { "50 pages", dirty, 50 },
                  { "16 MiB, spread", dirty, 4096 },
                  { "16 MiB, together", dirty_together, 4096 },
                  { "128 MiB, together", dirty_together, 32768 } };
    struct uffdio_api api = { .api = UFFD_API,
                              .features = UFFD_FEATURE_WP_UNPOPULATED |
                                          UFFD_FEATURE_WP_ASYNC };
    struct area area = { .size = mib << 20 };
    struct ft_uffd uffd = { getpid(), ioctl(device, USERFAULTFD_IOC_NEW, 0), -1,
                            0 };
    char *room = mmap(NULL, area.size + HUGE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int64_t begin;

    if (room == MAP_FAILED || uffd.fd < 0)
        cannot("memory");
    area.bytes = room + (HUGE_BYTES - (uintptr_t)room % HUGE_BYTES) % HUGE_BYTES;
    madvise(area.bytes, area.size, advice);
    memset(area.bytes, 1, area.size);
    if (ioctl(uffd.fd, UFFDIO_API, &api) < 0 ||
        ft_uffd_register(&uffd, (uintptr_t)area.bytes, area.size, NULL) < 0)
        cannot("userfaultfd");
    begin = ft_clock_ns();
    if (ft_page_scan_run(&scan, (uintptr_t)area.bytes, area.size, true, 0,
                         NULL) < 0)
        cannot("first scan");
    printf("%5llu MiB, %s pages: armed the first time in %.1f ms\n",
           (unsigned long long)mib, advice == MADV_HUGEPAGE ? "huge" : "small",
           ms_since(begin));
    for (size_t i = 0; i < FT_ARRAY_SIZE(loads); i++) {
        double walk = median(&area, loads[i].write, loads[i].pages, 0);
        double kind = median(&area, loads[i].write, loads[i].pages, 1);
        double two = median(&area, loads[i].write, loads[i].pages, 2);

        printf("    written: %-18s  one walk %8.3f   kind to KVM %8.3f ms, "
               "%.3f ms a GiB   by two threads %8.3f ms\n",
               loads[i].what, walk, kind, kind * 1024 / (double)mib, two);
    }
    close(uffd.fd);
    munmap(room, area.size + HUGE_BYTES);
}

int
main(int argc, char **argv)
{
    static const char *const usual[] = { "256", "1024", "4096" };
    int n = argc > 1 ? argc - 1 : 3, device = open("/dev/userfaultfd", O_RDWR);

    if (device < 0 || ft_page_scan_open(&scan, 0) < 0 ||
        ft_page_scanners_open(&scanners, 0, 2) < 0)
        cannot("/dev/userfaultfd");
    for (int i = 0; i < n; i++) {
        const char *size = argc > 1 ? argv[1 + i] : usual[i];
        uint64_t mib = strtoull(size, NULL, 10);

        if (mib < 1 || mib > 1 << 20)
            cannot(size);
        measure(device, mib, MADV_NOHUGEPAGE);
        measure(device, mib, MADV_HUGEPAGE);
    }
    return 0;
}
