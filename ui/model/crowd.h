/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether there is room for copies that are made together: each plan alone sees
 * the memory that is free now. Pure; any thread.
 */
#ifndef FT_UI_MODEL_CROWD_H
#define FT_UI_MODEL_CROWD_H

#include <stdbool.h>

#include <jansson.h>

/*
 * A host on which the copies of these plans (documents of protect --dry-run)
 * would need more memory together than is free, though each alone has room; host
 * is of the plans. Bytes. False: there is none.
 */
bool ft_crowd_find(const json_t *plans, const char **host, double *needed,
                   double *available);

#endif
