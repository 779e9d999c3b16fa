/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/chronicle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/utc.h"

#define CLOCK_MOST_MS 3.2e10 /* a year; what is more is no clock */

bool
ft_chronicle_clock(const json_t *hosts, const char *host, double *ahead_ms)
{
    const json_t *row, *clock;
    size_t index;

    *ahead_ms = 0;
    json_array_foreach(hosts, index, row) {
        if (strcmp(ft_json_string(row, "name", ""), host) != 0)
            continue;
        clock = json_object_get(row, "clock_ms");
        *ahead_ms = json_number_value(clock);
        if (json_is_number(clock) && *ahead_ms > -CLOCK_MOST_MS &&
            *ahead_ms < CLOCK_MOST_MS)
            return true;
        *ahead_ms = 0;
        return false;
    }
    return false;
}

static int
compare(const void *a, const void *b)
{
    const struct ft_happened *left = a, *right = b;

    if (left->at_ms != right->at_ms)
        return left->at_ms < right->at_ms ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

int
ft_chronicle_make(const json_t *events, const json_t *hosts,
                  struct ft_chronicle *told)
{
    size_t count = json_array_size(events), index;
    const json_t *row;

    told->count = 0;
    told->list = calloc(count + 1, sizeof(*told->list));
    if (!told->list)
        return -ENOMEM;
    json_array_foreach(events, index, row) {
        struct ft_happened *one = &told->list[told->count];
        int64_t at = ft_parse_utc(ft_json_string(row, "at", ""));
        double ahead;

        if (at < 0)
            continue;
        one->corrected =
            ft_chronicle_clock(hosts, ft_json_string(row, "host", ""), &ahead);
        one->at_ms = at - (int64_t)ahead;
        one->row = row;
        one->place = index;
        told->count++;
    }
    if (told->count)
        qsort(told->list, told->count, sizeof(*told->list), compare);
    return 0;
}

void
ft_chronicle_free(struct ft_chronicle *told)
{
    free(told->list);
    memset(told, 0, sizeof(*told));
}

bool
ft_happened_is_of(const struct ft_happened *told, const json_t *pair)
{
    const char *named = ft_json_string(told->row, "pair", "");

    if (*named)
        return !strcmp(named, ft_json_string(pair, "pair", "?"));
    return !strcmp(ft_json_string(told->row, "vm", ""),
                   ft_json_string(pair, "vm", "?"));
}

bool
ft_happened_is(const struct ft_happened *told, const char *kind)
{
    return !strcmp(ft_json_string(told->row, "kind", ""), kind);
}

const char *
ft_happened_host(const struct ft_happened *told)
{
    return ft_json_string(told->row, "host", "");
}

size_t
ft_chronicle_until(const struct ft_chronicle *told, int64_t at_ms)
{
    size_t low = 0, high = told->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (told->list[middle].at_ms <= at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
