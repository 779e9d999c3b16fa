/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intervals of several lengths, one after the other: which comes next, and what
 * they come to in the end. Pure; a plain struct, freed by ft_samples_free.
 */
#ifndef FT_MEASURE_SAMPLES_H
#define FT_MEASURE_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pair/measured.h"

#define FT_SAMPLES_LENGTHS 6

struct ft_samples_list {
    double *pages; /* of each interval */
    size_t n, room;
    double sum_ms;
    size_t sent; /* intervals in which the guest sent something */
};

struct ft_samples { /* zero bytes: none yet */
    struct ft_samples_list lists[FT_SAMPLES_LENGTHS];
    unsigned turn;   /* of the schedule */
    double least_ms; /* shorter intervals are left out */
};

/*
 * What a look itself takes, ms: of intervals that are not four times as long it
 * would be too much. The longest stay.
 */
void ft_samples_look_takes(struct ft_samples *samples, double ms);

/* The length of the next interval, ms. */
double ft_samples_next(struct ft_samples *samples);

/*
 * An interval that was to be wanted_ms long and was so long; one that is far from
 * that says nothing of that length and is dropped. -ENOMEM.
 */
int ft_samples_add(struct ft_samples *samples, double wanted_ms, double took_ms,
                   double pages, bool sent);

/* Fills lengths and n_lengths; false: there was no interval. */
bool ft_samples_sum_up(struct ft_samples *samples, struct ft_measurement *out);

void ft_samples_free(struct ft_samples *samples);

#endif
