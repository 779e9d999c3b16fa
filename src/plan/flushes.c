/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/flushes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

#define SAMPLES_MAX 64

static int
ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

int
ft_flushes_from_json(const json_t *json, struct ft_pool *pool)
{
    int64_t us[SAMPLES_MAX];
    const json_t *list = json_object_get(json, "us"), *one;
    size_t count = 0, i;

    json_array_foreach(list, i, one)
        if (json_is_integer(one) && json_integer_value(one) >= 0 &&
            json_integer_value(one) <= UINT32_MAX && count < SAMPLES_MAX)
            us[count++] = json_integer_value(one);
    if (count == 0)
        return -EPROTO;
    qsort(us, count, sizeof(us[0]), ascending);
    pool->flush_p50_us = FT_MAX(us[(count - 1) / 2], 1);
    pool->flush_p90_us = FT_MAX(us[(count * 9 + 9) / 10 - 1], 1);
    return 0;
}

void
ft_flush_text(int64_t us, char out[FT_FLUSH_TEXT])
{
    long long ms = (us + 999) / 1000, unit = 1;

    while (unit * 10 <= ms)
        unit *= 10;
    if (us < 1000)
        snprintf(out, FT_FLUSH_TEXT, "less than 1 ms");
    else
        snprintf(out, FT_FLUSH_TEXT, "%lld ms", (ms + unit - 1) / unit * unit);
}

int
ft_flushes_check(const struct ft_pool *pool, const struct ft_host *standby,
                 struct ft_findings *findings)
{
    bool slow = pool->flush_p90_us > FT_FLUSH_WANTED_US;
    char text[FT_FLUSH_TEXT];

    if (pool->flush_p90_us <= 0)
        return 0;
    ft_flush_text(pool->flush_p90_us, text);
    return ft_findings_add(
        findings, slow ? FT_WARN : FT_PASS, FT_CHECK_STANDBY_POOL_FLUSH,
        standby->name,
        "After a takeover the guest's own flushes take that long; and what it writes "
        "waits for this storage once 256 MiB are not there yet.",
        slow ? "See what keeps that storage busy (iostat -x 1), or take another pool: "
               "--pool."
             : NULL,
        "nine of ten flushes of pool %s took %s%s", pool->name, text,
        pool->flush_p90_us < 1000 ? "" : " or less");
}
