/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the database knows, put into a live state (ui/model/live.h), so that
 * there is something to show before the first host has answered. The store's
 * thread.
 */
#ifndef FT_UI_WORK_KNOWN_H
#define FT_UI_WORK_KNOWN_H

#include "ui/model/live.h"
#include "ui/work/work.h"

/* Hosts and VMs; what was heard of hosts that stay is kept. */
int ft_work_known_hosts(const struct ft_work *work, struct ft_live *live,
                        struct ft_error *err);

/* In the document of a measurement: what was predicted by it (ui/work/estimate.h). */
#define FT_WORK_PREDICTED "predicted"

/* Pairs, each with what was heard of it last, and what was predicted of it. */
int ft_work_known_pairs(const struct ft_work *work, struct ft_live *live,
                        struct ft_error *err);

#endif
