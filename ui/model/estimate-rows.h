/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An estimate as rows: each figure with its range, as numbers and as people read
 * them. Pure; any thread.
 */
#ifndef FT_UI_MODEL_ESTIMATE_ROWS_H
#define FT_UI_MODEL_ESTIMATE_ROWS_H

#include <jansson.h>

#include "pair/estimate.h"

/*
 * A new array of {"figure","title","unit","value","least","most","about","from",
 * "to"}; NULL without memory.
 */
json_t *ft_estimate_rows(const struct ft_estimate *estimate);

/*
 * A few of such rows in a line, "pause p50 3.1 ms, first sync 3.0 s": those named, in
 * this order; "" where there are none of them.
 */
void ft_estimate_few(const json_t *rows, const enum ft_estimate_figure *figures,
                     size_t count, char *out, size_t size);

/* The value of a figure alone, in the same words. */
void ft_estimate_figure_text(const struct ft_estimate *estimate,
                             enum ft_estimate_figure figure, char out[32]);

/* "3.1 ms", "1.2 MiB/s", "2 min 5 s"; out needs 32 bytes. */
void ft_estimate_text(const char *unit, double value, char out[32]);

#endif
