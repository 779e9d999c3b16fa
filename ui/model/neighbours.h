/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machines that hosts name which are known: with whom they share a pair, or who
 * decides about it. Only what such a host tells now, by a name that it goes by
 * here too; another administrator may have given the others names of his own.
 * Pure; any thread.
 */
#ifndef FT_UI_MODEL_NEIGHBOURS_H
#define FT_UI_MODEL_NEIGHBOURS_H

#include <jansson.h>

#define FT_NEIGHBOURS_MAX 4096 /* rows in all; no more are appended */

/*
 * hosts, pairs: rows as status has them. Sets "neighbour", who told it, and
 * "marked" of the row of each that is no host of these; one that has no row is
 * appended, with "name", "source" ("told by h1") and "state" "named". A name
 * that could not be one of a host is left out. 0 or -ENOMEM.
 */
int ft_neighbours_add(const json_t *hosts, const json_t *pairs, json_t *rows);

#endif
