/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/disk-times.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "virt/qmp.h"

/* So that no sum of QEMU's disks, of which there are fewer than 2^16, wraps. */
#define COUNT_MAX (INT64_MAX >> 16)
#define DISKS_MAX (1 << 16)

static uint64_t
count_of(const json_t *stats, const char *name)
{
    return (uint64_t)ft_json_int(stats, name, 0, COUNT_MAX, 0);
}

void
ft_disk_times_read(const json_t *answer, struct ft_disk_times *out)
{
    const json_t *entry;
    size_t i;

    memset(out, 0, sizeof(*out));
    json_array_foreach(answer, i, entry) {
        const json_t *stats = json_object_get(entry, "stats");

        if (i == DISKS_MAX)
            break;
        out->requests +=
            count_of(stats, "rd_operations") + count_of(stats, "wr_operations");
        out->ns += count_of(stats, "rd_total_time_ns") +
                   count_of(stats, "wr_total_time_ns");
    }
}

int
ft_disk_times_ask(virDomainPtr dom, struct ft_disk_times *out,
                  struct ft_error *err)
{
    FT_AUTOJSON json_t *answer = NULL;
    int rc = ft_qmp(dom, "query-blockstats", NULL, &answer, err);

    if (!rc)
        ft_disk_times_read(answer, out);
    return rc;
}

int64_t
ft_disk_times_mean(const struct ft_disk_times *before,
                   const struct ft_disk_times *now, uint64_t least)
{
    if (now->requests < before->requests || now->ns < before->ns ||
        now->requests - before->requests < least)
        return -1;
    return (int64_t)((now->ns - before->ns) /
                     (now->requests - before->requests));
}
