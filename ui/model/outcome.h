/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was predicted of a VM before it was protected, beside what protection costs it
 * now. Pure.
 */
#ifndef FT_UI_MODEL_OUTCOME_H
#define FT_UI_MODEL_OUTCOME_H

#include <jansson.h>

#include "pair/estimate.h"

/*
 * Of a pair's row with "estimate" {"measured_at", "figures": as ft_estimate_rows}:
 * [{"figure","title","unit","predicted","least","most","is": numbers in that unit,
 * "about","from","to","now": the same as text, "in_range"}], those that are known of
 * both; empty without a prediction, or while nothing is measured. New or NULL.
 */
json_t *ft_outcome_rows(const json_t *row);

/* Such a figure, in its unit; negative: it was not predicted. */
double ft_outcome_predicted(const json_t *row, enum ft_estimate_figure figure);

#endif
