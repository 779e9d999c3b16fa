/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a VM whose other host is lost may leave its pair for another one. Pure.
 */
#ifndef FT_PLAN_MOVE_H
#define FT_PLAN_MOVE_H

#include "plan/inventory.h"

#define FT_MOVE_TEXT 320

/*
 * The pair that this VM, which runs on primary, leaves when its copy is to be on the
 * host of this name (NULL: wherever it fits): its primary runs alone, and its other
 * host is silent or under maintenance, and another one named, or answers and has nothing
 * of the pair. NULL: it is in none, or not to be parted from it. why, when
 * not NULL, says then what to do instead; it is empty where no pair is in the way.
 */
const struct ft_known_pair *ft_move_from(const struct ft_inventory *inventory,
                                         const struct ft_host *primary,
                                         const struct ft_domain *domain,
                                         const char *standby,
                                         char why[FT_MOVE_TEXT]);

/* Whether traces of our own on the VM are not in the way of the plan. */
bool ft_move_is_attached(const struct ft_inventory *inventory);

#endif
