/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts under maintenance, for every view: how long, and which VMs are at risk by
 * it. Pure; any thread.
 */
#ifndef FT_UI_MODEL_MAINTENANCE_H
#define FT_UI_MODEL_MAINTENANCE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#define FT_MAINTENANCE_TEXT 48

/* "under maintenance for 12 min"; empty for negative seconds, which is not. */
void ft_maintenance_text(double seconds, char out[FT_MAINTENANCE_TEXT]);

/* Of a row of a pair ("maintenance"): is its host in this role under maintenance? */
bool ft_row_is_maintained(const json_t *row, const char *role);

/*
 * From rows of pairs and of hosts: a new array of {"host", "for_s", "no_copy",
 * "there", "no_witness"}, in the order of hosts; each of the last three an array of
 * VMs: those that run alone for it, those that still run on it, and those whose
 * witness it is. NULL without memory.
 */
json_t *ft_maintenance_rows(const json_t *pairs, const json_t *hosts);

/* One of them in a sentence: "h2 is under maintenance for 12 min: vm1, vm2 run
 * without a copy." */
void ft_maintenance_sentence(const json_t *row, char *out, size_t size);

#endif
