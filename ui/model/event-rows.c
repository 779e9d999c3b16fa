/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/event-rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ui/model/copy.h"

void
ft_event_from_json(const char *host, const json_t *from,
                   struct ft_store_event *event)
{
    const char *severity = ft_json_string(from, "severity", "info");

    memset(event, 0, sizeof(*event));
    FT_COPY(event->host, host);
    event->seq = ft_json_int(from, "seq", 0, INT64_MAX, 0);
    FT_COPY(event->at, ft_json_string(from, "at", ""));
    FT_COPY(event->pair, ft_json_string(from, "pair", ""));
    FT_COPY(event->vm, ft_json_string(from, "vm", ""));
    FT_COPY(event->severity,
            strcmp(severity, "warn") && strcmp(severity, "crit") ? "info"
                                                                 : severity);
    FT_COPY(event->kind, ft_json_string(from, "kind", ""));
    FT_COPY(event->text, ft_json_string(from, "text", ""));
}

json_t *
ft_event_row(const struct ft_store_event *event)
{
    return json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s}", "host", event->host,
                     "seq", (json_int_t)event->seq, "at", event->at, "pair",
                     event->pair, "vm", event->vm, "severity", event->severity,
                     "kind", event->kind, "text", event->text);
}

static int
compare(const void *a, const void *b)
{
    const struct ft_store_event *left = a, *right = b;
    int by_time = strcmp(left->at, right->at);

    if (by_time)
        return by_time;
    return left->id < right->id ? -1 : left->id > right->id;
}

json_t *
ft_event_rows(struct ft_store_event *events, size_t count)
{
    json_t *rows = json_array();

    if (count)
        qsort(events, count, sizeof(*events), compare);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, ft_event_row(&events[i]));
    return rows;
}
