/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the storage of a pool takes to have what was written, as it was measured
 * (inventory/flushes.h), and whether that does for a copy. Pure.
 */
#ifndef FT_PLAN_FLUSHES_H
#define FT_PLAN_FLUSHES_H

#include "inventory/host.h"
#include "plan/findings.h"

/*
 * What nine of ten flushes are to stay below, in microseconds. A disk that turns 7200
 * times a minute takes 8 ms for a turn, and two or three for a flush with its journal
 * (jbd2, XFS): more than 50 ms is a disk in trouble, or a storage that others keep
 * busy.
 */
#define FT_FLUSH_WANTED_US 50000

/* What `ftengine flushes` printed, {"us":[...]}, into the pool; -EPROTO. */
int ft_flushes_from_json(const json_t *json, struct ft_pool *pool);

/* "30 ms", rounded up to one digit, so that two measurements say the same. */
#define FT_FLUSH_TEXT 24
void ft_flush_text(int64_t us, char out[FT_FLUSH_TEXT]);

/* Adds the finding standby.pool-flush; none where it was not measured. -ENOMEM. */
int ft_flushes_check(const struct ft_pool *pool, const struct ft_host *standby,
                     struct ft_findings *findings);

#endif
