/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an engine says of itself (the verb status, ft-protocol(7)) as OpenMetrics
 * text, version 1.0.0 (openmetrics.io): one table, in ftengine(8) as METRICS.
 * Pure but for the stream; any thread.
 */
#ifndef FT_ENGINE_OPEN_METRICS_H
#define FT_ENGINE_OPEN_METRICS_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#define FT_OPEN_METRICS_TYPE \
    "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* Of the result of status. What is not known now is left out. */
void ft_open_metrics(FILE *to, const json_t *status);

/* The name of a family, in the order of the text; NULL when out of range. */
const char *ft_open_metrics_family(size_t index);

#endif
