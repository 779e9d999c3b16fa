/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: from a host's JSON (ft-protocol(7)) to the database's type, and from
 * there to rows of `events` (schema 1). Pure; any thread. Rows are new and the
 * caller's.
 */
#ifndef FT_UI_MODEL_EVENT_ROWS_H
#define FT_UI_MODEL_EVENT_ROWS_H

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

/*
 * Orders events by their time, equal ones as they arrived, and makes a row of
 * each. NULL when there is no memory.
 */
json_t *ft_event_rows(struct ft_store_event *events, size_t count);

#endif
