/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/series-table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define ROOM_MIN 60

void
ft_series_table_init(struct ft_series_table *table, size_t cell, size_t max)
{
    memset(table, 0, sizeof(*table));
    table->cell = cell;
    table->max = max;
}

void
ft_series_table_clear(struct ft_series_table *table)
{
    free(table->at);
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        free(table->columns[i]);
    ft_series_table_init(table, table->cell, table->max);
}

/* The ring is broken nowhere before it has all the room that it may have. */
static size_t
slot_of(const struct ft_series_table *t, size_t row)
{
    return (t->first + row) % t->room;
}

static int
grow(struct ft_series_table *t)
{
    size_t room = FT_MIN(t->max, t->room ? 2 * t->room : ROOM_MIN);
    int64_t *at = realloc(t->at, room * sizeof(*at));

    if (!at)
        return -ENOMEM;
    t->at = at;
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++) {
        char *column =
            t->columns[i] ? realloc(t->columns[i], room * t->cell) : NULL;

        if (t->columns[i] && !column)
            return -ENOMEM; /* the larger ones do no harm */
        t->columns[i] = column;
    }
    t->room = room;
    return 0;
}

int
ft_series_table_append(struct ft_series_table *table, int64_t at)
{
    size_t slot;

    if (table->count == table->max) {
        table->first = (table->first + 1) % table->room;
        table->count--;
    } else if (table->count == table->room && grow(table)) {
        return -ENOMEM;
    }
    slot = slot_of(table, table->count++);
    table->at[slot] = at;
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        if (table->columns[i])
            memset(table->columns[i] + slot * table->cell, 0, table->cell);
    return 0;
}

void
ft_series_table_drop(struct ft_series_table *table, int64_t from)
{
    while (table->count && ft_series_table_newest(table) >= from)
        table->count--;
}

int64_t
ft_series_table_at(const struct ft_series_table *table, size_t row)
{
    return table->at[slot_of(table, row)];
}

int64_t
ft_series_table_newest(const struct ft_series_table *table)
{
    return table->count ? ft_series_table_at(table, table->count - 1) : -1;
}

const void *
ft_series_table_cell(const struct ft_series_table *table, size_t row,
                     unsigned metric)
{
    const char *column = table->columns[metric];

    return column ? column + slot_of(table, row) * table->cell : NULL;
}

void *
ft_series_table_fill(struct ft_series_table *table, unsigned metric)
{
    if (!table->columns[metric])
        table->columns[metric] = calloc(table->room, table->cell);
    if (!table->columns[metric])
        return NULL;
    return table->columns[metric] +
           slot_of(table, table->count - 1) * table->cell;
}
