/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of 64-bit sums: of the worlds that were seen only these are kept. Two
 * worlds in n million share one by chance in about n * n of 37 million runs.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

void *
ft_model_grow(void *memory, size_t size)
{
    void *more = realloc(memory, size);

    if (more)
        return more;
    fprintf(stderr, "explore: out of memory\n");
    exit(99);
}

/* Slots hold numbers from 1; 0 is free. */
static uint32_t *
find(const struct table *table, uint64_t sum)
{
    uint64_t mask = table->slots - 1, at = sum & mask;

    while (table->slot[at] && table->sum[table->slot[at] - 1] != sum)
        at = (at + 1) & mask;
    return &table->slot[at];
}

static void
widen(struct table *table)
{
    table->slots = table->slots ? table->slots * 2 : 1024;
    free(table->slot);
    table->slot = ft_model_grow(NULL, table->slots * sizeof(*table->slot));
    memset(table->slot, 0, table->slots * sizeof(*table->slot));
    for (uint64_t i = 0; i < table->count; i++)
        *find(table, table->sum[i]) = (uint32_t)i + 1;
}

uint32_t
ft_model_table_add(struct table *table, uint64_t sum)
{
    uint32_t *slot;

    if (table->count * 4 >= table->slots * 3)
        widen(table);
    slot = find(table, sum);
    if (*slot)
        return *slot - 1;
    if (table->count == table->sums_size) {
        table->sums_size = table->sums_size ? table->sums_size * 3 / 2 : 1024;
        table->sum =
            ft_model_grow(table->sum, table->sums_size * sizeof(*table->sum));
    }
    table->sum[table->count++] = sum;
    *slot = (uint32_t)table->count;
    return UINT32_MAX;
}

bool
ft_model_table_has(const struct table *table, uint64_t sum)
{
    return table->slots && *find(table, sum);
}

void
ft_model_table_free(struct table *table)
{
    free(table->sum);
    free(table->slot);
    memset(table, 0, sizeof(*table));
}
