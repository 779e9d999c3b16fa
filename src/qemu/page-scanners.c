/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/page-scanners.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* What one of them does: a part of the block, of whole granules. */
struct part {
    struct ft_page_scan *scan;
    uint64_t start, size;
    uint16_t block;
    bool wanted;              /* whether found is */
    struct ft_page_set found; /* offsets from start */
    int rc;
};

unsigned
ft_page_scanners_for(uint64_t size, unsigned processors)
{
    uint64_t n = size / FT_PAGE_SCANNER_SHARE;

    n = FT_MIN(FT_MIN(n, processors), (uint64_t)FT_PAGE_SCANNERS_MAX);
    return n > 1 ? (unsigned)n : 1;
}

int
ft_page_scanners_open(struct ft_page_scanners *scanners, pid_t pid, unsigned n)
{
    for (; scanners->n < n && scanners->n < FT_PAGE_SCANNERS_MAX;) {
        struct ft_page_scan *scan = calloc(1, sizeof(*scan));
        int rc = scan ? ft_page_scan_open(scan, pid) : -ENOMEM;

        if (rc < 0) {
            free(scan);
            ft_page_scanners_close(scanners);
            return rc;
        }
        scanners->scans[scanners->n++] = scan;
    }
    return 0;
}

void
ft_page_scanners_close(struct ft_page_scanners *scanners)
{
    for (unsigned i = 0; i < scanners->n; i++) {
        ft_page_scan_close(scanners->scans[i]);
        free(scanners->scans[i]);
    }
    memset(scanners, 0, sizeof(*scanners));
}

static void *
search(void *data)
{
    struct part *part = data;

    part->rc = ft_page_scan_arm(part->scan, part->start, part->size,
                                part->block, part->wanted ? &part->found : NULL);
    return NULL;
}

/* Those that a thread cannot be had for are searched by the caller, who has the
 * first one in any case. */
static void
search_all(struct part *parts, unsigned count)
{
    pthread_t threads[FT_PAGE_SCANNERS_MAX];
    bool begun[FT_PAGE_SCANNERS_MAX] = { false };

    for (unsigned i = 1; i < count; i++)
        begun[i] = pthread_create(&threads[i], NULL, search, &parts[i]) == 0;
    for (unsigned i = 0; i < count; i++)
        if (!begun[i])
            search(&parts[i]);
    for (unsigned i = 1; i < count; i++)
        if (begun[i])
            pthread_join(threads[i], NULL);
}

/* The parts are in order, so that their runs are. */
static int
collect(struct part *parts, unsigned count, uint64_t start,
        struct ft_page_set *set)
{
    int rc = 0;

    for (unsigned i = 0; i < count; i++) {
        struct part *part = &parts[i];

        rc = rc < 0 ? rc : part->rc;
        for (size_t k = 0; k < part->found.n && rc == 0; k++)
            rc =
                ft_page_set_add(set, part->block,
                                part->start - start + part->found.runs[k].offset,
                                part->found.runs[k].length);
        ft_page_set_free(&part->found);
    }
    return rc;
}

int
ft_page_scanners_arm(struct ft_page_scanners *scanners, unsigned count,
                     uint64_t start, uint64_t size, uint16_t block,
                     struct ft_page_set *set)
{
    struct part parts[FT_PAGE_SCANNERS_MAX] = { 0 };
    uint64_t share, at = 0;
    unsigned n = 0;

    count = FT_MIN(FT_MAX(count, 1u), scanners->n);
    if (count == 1)
        return ft_page_scan_arm(scanners->scans[0], start, size, block, set);
    share = (size / count / FT_PAGE_GRANULE + 1) * FT_PAGE_GRANULE;
    for (; n < count && at < size; n++, at += share)
        parts[n] = (struct part){ .scan = scanners->scans[n],
                                  .start = start + at,
                                  .size = FT_MIN(share, size - at),
                                  .block = block,
                                  .wanted = set != NULL };
    search_all(parts, n);
    return collect(parts, n, start, set);
}
