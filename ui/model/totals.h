/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All rows in a few numbers, and the one line that a monitoring system reads.
 * Pure; plain memory of the caller; any thread.
 */
#ifndef FT_UI_MODEL_TOTALS_H
#define FT_UI_MODEL_TOTALS_H

#include <stddef.h>

#include <jansson.h>

#include "ui/model/verdict.h"

struct ft_totals {
    size_t pairs; /* all of these: */
    size_t well, at_risk, copying, alone, unprotected, failed, unknown;
    size_t hosts, answering;
    double lag_ms; /* the longest that is known; 0: none */
};

/* Of rows of pairs and hosts. */
void ft_totals_count(const json_t *pairs, const json_t *hosts,
                     struct ft_totals *totals);

/* The same in parts, from zeros on. */
void ft_totals_add_pair(struct ft_totals *totals, const json_t *row);
void ft_totals_add_hosts(struct ft_totals *totals, const json_t *hosts);

json_t *ft_totals_to_json(const struct ft_totals *totals);

/*
 * "FTADMIN WARNING - SENTENCE | protected=5 at_risk=1 ...", as plugins of
 * Nagios and its kind print it
 * (https://www.monitoring-plugins.org/doc/guidelines.html); no newline.
 */
void ft_totals_line(const struct ft_totals *totals,
                    const struct ft_verdict *verdict, char *out, size_t size);

#endif
