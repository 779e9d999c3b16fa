/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/page-ranges.h"

#include "base/cleanup.h"

void
ft_page_ranges_begin(struct ft_page_ranges *ranges, uint64_t start,
                     uint64_t size)
{
    ranges->start = start;
    ranges->end = start + size;
    ranges->n = 0;
}

void
ft_page_ranges_add(struct ft_page_ranges *ranges, uint64_t start, uint64_t end)
{
    uint64_t first = start - start % FT_PAGE_GRANULE;
    uint64_t last =
        end + (FT_PAGE_GRANULE - end % FT_PAGE_GRANULE) % FT_PAGE_GRANULE;
    struct ft_page_range *before =
        ranges->n > 0 ? &ranges->list[ranges->n - 1] : NULL;

    first = FT_MAX(first, ranges->start);
    last = FT_MIN(last, ranges->end);
    if (before && (first <= before->end || ranges->n == FT_PAGE_RANGES_MAX))
        before->end = FT_MAX(before->end, last);
    else
        ranges->list[ranges->n++] = (struct ft_page_range){ first, last };
}

bool
ft_page_ranges_end(struct ft_page_ranges *ranges)
{
    uint64_t covered = 0;

    for (size_t i = 0; i < ranges->n; i++)
        covered += ranges->list[i].end - ranges->list[i].start;
    if (covered <= (ranges->end - ranges->start) / 2)
        return false;
    ranges->list[0] = (struct ft_page_range){ ranges->start, ranges->end };
    ranges->n = 1;
    return true;
}
