/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured of hosts, as the database knows it: of the networks between
 * them, and of their pools. Pure; any
 * thread. New and the caller's, NULL when there is no memory.
 */
#ifndef FT_UI_MODEL_MEASURED_ROWS_H
#define FT_UI_MODEL_MEASURED_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "db/link-rates.h"
#include "db/pool-flushes.h"

/* now: ms of CLOCK_REALTIME. */
json_t *ft_link_rate_rows(const struct ft_store_link_rate *rates, size_t count,
                          int64_t now);

/* Into the rows of these pools (ft_pool_rows): "flush_p50_us", "flush_p90_us", "flush"
 * as it is told and "flush_age_s"; null where it was not measured. */
void ft_pool_flush_add(json_t *pools, const struct ft_store_pool_flush *flushes,
                       size_t count, int64_t now);

#endif
