/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Silence is an entry among events, not an absence: a host that is not heard
 * may have more to tell, and a long quiet time is one line. Rows as those of
 * ft_event_row, with the word "gap" or nothing for a severity.
 *
 * Pure; any thread. Rows are new and the caller's.
 */
#ifndef FT_UI_MODEL_SILENCE_H
#define FT_UI_MODEL_SILENCE_H

#include <stdint.h>

#include <jansson.h>

#define FT_QUIET_MS (INT64_C(30) * 60 * 1000) /* so long is worth a line */

/*
 * A row for each host (rows of ft_live_host_rows) that is not heard now, with
 * "at_ms", when it was heard last (ms since 1970, by our clock), the oldest
 * first. wall_ms is now. NULL when there is no memory.
 */
json_t *ft_silence_gaps(const json_t *hosts, int64_t wall_ms);

/* A row for the time between two events; NULL where it is not worth one. */
json_t *ft_silence_quiet(int64_t from_ms, int64_t to_ms);

#endif
