/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In what two hosts differ, and why that matters for a pair of them. Pure.
 */
#ifndef FT_PLAN_DIFFERENCES_H
#define FT_PLAN_DIFFERENCES_H

#include <jansson.h>

#include "inventory/host.h"

/*
 * [{"what":"kernel","a":"6.12.1","b":"6.9.0","why":"..."}], in the order of the
 * host's facts; what one of them does not tell is "". Empty when they are alike in
 * all that is compared. New reference or NULL.
 */
json_t *ft_host_differences(const struct ft_host *a, const struct ft_host *b);

#endif
