/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which host is a pair's witness, and where it is. Pure.
 */
#ifndef FT_PLAN_WITNESS_H
#define FT_PLAN_WITNESS_H

#include <jansson.h>

#include "plan/inventory.h"

/*
 * The best of the inventory that is neither of the two (standby may be NULL), under no
 * name, nor called but (may be NULL): one that is not under maintenance, is a witness
 * already, runs no VMs, and then by name. NULL: there is none.
 */
const struct ft_host *ft_witness_best(const struct ft_inventory *inventory,
                                      const struct ft_host *primary,
                                      const struct ft_host *standby,
                                      const char *but);

/* "witness" of PAIR (ft-protocol(7)): every address of it, those in a network that a
 * host shares with it first. New reference, or NULL. */
json_t *ft_witness_endpoint(const struct ft_host *primary,
                            const struct ft_host *standby,
                            const struct ft_host *witness);

#endif
