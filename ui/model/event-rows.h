/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: from a host's JSON (ft-protocol(7)) to the database's type, and from
 * there to rows of `events` (schema 1). Pure; any thread. Rows are new and the
 * caller's.
 */
#ifndef FT_UI_MODEL_EVENT_ROWS_H
#define FT_UI_MODEL_EVENT_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "db/store.h"

/*
 * Fills event with what the host said. Nothing is trusted: what is missing or
 * of another type is empty, an unknown severity is "info", long texts are cut.
 */
void ft_event_from_json(const char *host, const json_t *from,
                        struct ft_store_event *event);

json_t *ft_event_row(const struct ft_store_event *event);

/* Does a row fit? As the database answers it (ft_store_event_find). */
bool ft_event_fits(const struct ft_store_event_query *query, const json_t *row);

/*
 * What the user means by a time: "90s", "10m", "2h", "3d" before now, or a
 * date, "2026-11-28" or "2026-11-28T10:00", in UTC. now: seconds since 1970.
 * out gets ISO 8601 as in events; -EINVAL.
 */
int ft_event_since(const char *text, int64_t now, char *out, size_t size,
                   struct ft_error *err);

/*
 * Orders events by their time, equal ones as they arrived, and makes a row of
 * each. NULL when there is no memory.
 */
json_t *ft_event_rows(struct ft_store_event *events, size_t count);

#endif
