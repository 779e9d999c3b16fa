/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows in the order of time, in a ring, with a column for each metric that was
 * ever measured: what a series (series.h) is made of. Cells are plain data of
 * one size; all zero bytes: not measured. Pure.
 *
 * Threads: one at a time.
 */
#ifndef FT_PAIR_SERIES_TABLE_H
#define FT_PAIR_SERIES_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "pair/metrics.h"

struct ft_series_table {
    size_t cell;  /* bytes of a cell */
    size_t max;   /* rows at most; the oldest makes room for the next */
    size_t count; /* rows that are there */
    size_t room, first;
    int64_t *at;
    char *columns[FT_METRIC_COUNT];
};

void ft_series_table_init(struct ft_series_table *table, size_t cell,
                          size_t max);

/* Empties it and frees its memory. */
void ft_series_table_clear(struct ft_series_table *table);

/* Adds an empty row, later than all others. 0 or -ENOMEM. */
int ft_series_table_append(struct ft_series_table *table, int64_t at);

/* Drops all rows from this time on. */
void ft_series_table_drop(struct ft_series_table *table, int64_t from);

/* Time of a row, 0 being the oldest. */
int64_t ft_series_table_at(const struct ft_series_table *table, size_t row);

/* Time of the newest row; -1 when there is none. */
int64_t ft_series_table_newest(const struct ft_series_table *table);

/* NULL when the metric was never measured. */
const void *ft_series_table_cell(const struct ft_series_table *table,
                                 size_t row, unsigned metric);

/* The newest row's cell, to be written; NULL without memory. */
void *ft_series_table_fill(struct ft_series_table *table, unsigned metric);

#endif
