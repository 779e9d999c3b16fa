/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows from the live state and the clock: pairs by the words of both sides,
 * corrected by the database, and hosts. A host that is stale says nothing any
 * more. Pure; any thread; rows are new and the caller's, NULL without memory.
 */
#ifndef FT_UI_MODEL_LIVE_ROWS_H
#define FT_UI_MODEL_LIVE_ROWS_H

#include "ui/model/live.h"

/*
 * STATUS of all pairs that a host speaks of now, merged (ft_words_merge).
 */
json_t *ft_live_pairs(const struct ft_live *live, int64_t now_ms);

/*
 * Rows of all pairs (ft_pair_row), those too of which only the database knows,
 * with "primary_live", "standby_live" and "witness_live": whether that host
 * answers us, null for one that is not ours; "maintenance" has the seconds of each
 * of them that is under maintenance by its role, or is null. Ordered by VM.
 */
json_t *ft_live_pair_rows(const struct ft_live *live, int64_t now_ms,
                          int64_t wall_ms);

/*
 * A row of a host: name, address, kind, state (ok, stale, connecting, or why it
 * is not reached: src/remote/reach.h, no-engine, unreachable), engine, machine
 * (memory, cpus, cpu_busy_percent, pressure; null when it was not
 * looked at), clock_ms (by how much its clock is ahead of ours; null where it
 * is not followed), pairs, witness_runs, polled, maintenance_s (for how long it has
 * been under maintenance; null: it is not), age_s, error.
 */
json_t *ft_live_host_rows(const struct ft_live *live, int64_t now_ms,
                          int64_t wall_ms);

/*
 * Rows of all VMs (ft_vm_rows) with their protection by pairs, rows of pairs:
 * of a host whose machine was looked at of late as they are there, of others
 * as the database has them, with their age.
 */
json_t *ft_live_vm_rows(const struct ft_live *live, const json_t *pairs,
                        int64_t now_ms, int64_t wall_ms);

#endif
