/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the administrator has accepted of what is found about a pair's VM, as ftadmin
 * told it: waivers.json in the pair's folder, for src/drift. Any thread.
 */
#ifndef FT_WORKER_PAIR_WAIVERS_H
#define FT_WORKER_PAIR_WAIVERS_H

#include <jansson.h>

#include "base/error.h"

#define FT_PAIR_WAIVERS_MAX 64
#define FT_PAIR_WAIVER_TEXT 1024 /* bytes of each text, with NUL */

/*
 * Keeps a list of {"check","subject","evidence","reason": texts, "given": ms since
 * 1970} in the place of the one before. -EINVAL names what is wrong with it; -ENOENT:
 * no such pair here.
 */
int ft_pair_save_waivers(const char *pair, const json_t *list,
                         struct ft_error *err);

/* The list, a new reference; NULL: none, or none that can be read. */
json_t *ft_pair_load_waivers(const char *pair);

#endif
