/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has changed between two looks: not figures, which always do, but how
 * things stand. Pure; any thread.
 */
#ifndef FT_UI_MODEL_CHANGE_H
#define FT_UI_MODEL_CHANGE_H

#include <jansson.h>

/*
 * The rows of now that differ from before's, and those of before that are
 * gone, with "standing" or "state" being "gone": a new array, NULL without
 * memory. Rows are those of pairs (the same by "pair") or hosts (by "name");
 * before may be NULL.
 */
json_t *ft_rows_changed(const json_t *before, const json_t *now);

#endif
