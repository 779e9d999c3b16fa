/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many checks passed, warned, could not be told, failed, or are waived. Pure; any thread.
 */
#ifndef FT_UI_MODEL_COUNTS_H
#define FT_UI_MODEL_COUNTS_H

#include <stddef.h>

#include <jansson.h>

#include "ui/model/severity.h"

struct ft_counts {
    size_t pass, warn, unknown, fail;
    size_t waived; /* accepted by somebody, and counted as nothing else */
};

/* Of findings as JSON (ft_findings_to_json; NULL: none), added to counts. */
void ft_counts_add(struct ft_counts *counts, const json_t *findings);

/* Of them all: a verdict that is not known is not counted. */
size_t ft_counts_all(const struct ft_counts *counts);

/* By the worst of them; OK for none. */
enum ft_severity ft_counts_severity(const struct ft_counts *counts);

/* "12 pass, 2 warn, 1 unknown, 0 fail, 1 waived"; unknown and waived only where there
 * is one. */
void ft_counts_text(const struct ft_counts *counts, char *out, size_t size);

#endif
