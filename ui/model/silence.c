/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/silence.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/severity.h"
#include "ui/model/utc.h"

#define MINUTE_MS (INT64_C(60) * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

static json_t *
row_of(const char *id, const char *host, const char *severity, const char *kind,
       int64_t at_ms, const char *text)
{
    char at[32], time[16];

    ft_format_utc(at_ms, at);
    /* of "2026-11-28T03:12:04Z" */
    snprintf(time, sizeof(time), "%.8s", strlen(at) > 11 ? at + 11 : "");
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:s}", "id", id, "host",
                     host, "at", at, "time", time, "vm", "", "severity",
                     severity, "kind", kind, "at_ms", (json_int_t)at_ms, "text",
                     text);
}

static bool
is_heard(const json_t *host)
{
    return ft_severity_of(ft_json_string(host, "state", "")) == FT_SEVERITY_OK;
}

/* Keeps the rows in order; there are few hosts that are silent. */
static void
insert(json_t *rows, json_t *row)
{
    json_int_t at = json_integer_value(json_object_get(row, "at_ms"));
    size_t place = json_array_size(rows);

    while (place &&
           json_integer_value(
               json_object_get(json_array_get(rows, place - 1), "at_ms")) > at)
        place--;
    json_array_insert_new(rows, place, row);
}

json_t *
ft_silence_gaps(const json_t *hosts, int64_t wall_ms)
{
    json_t *rows = json_array();
    const json_t *host;
    size_t index;

    json_array_foreach(hosts, index, host) {
        const char *name = ft_json_string(host, "name", "");
        const json_t *age = json_object_get(host, "age_s");
        char id[128], text[160];
        double age_ms = json_number_value(age) * 1000;

        if (is_heard(host) || !json_is_number(age) || age_ms < 0 ||
            age_ms > (double)wall_ms)
            continue;
        snprintf(id, sizeof(id), "gap %.64s", name);
        snprintf(text, sizeof(text), "nothing from %.64s from here on", name);
        insert(rows,
               row_of(id, name, "gap", "gap", wall_ms - (int64_t)age_ms, text));
    }
    return rows;
}

json_t *
ft_silence_quiet(int64_t from_ms, int64_t to_ms)
{
    int64_t span = to_ms - from_ms;
    char id[64], text[80];

    if (span < FT_QUIET_MS)
        return NULL;
    snprintf(id, sizeof(id), "quiet %lld", (long long)from_ms);
    if (span < 2 * HOUR_MS)
        snprintf(text, sizeof(text), "%lld minutes without an event",
                 (long long)(span / MINUTE_MS));
    else if (span < 2 * DAY_MS)
        snprintf(text, sizeof(text), "%lld hours without an event",
                 (long long)(span / HOUR_MS));
    else
        snprintf(text, sizeof(text), "%lld days without an event",
                 (long long)(span / DAY_MS));
    return row_of(id, "", "", "quiet", from_ms, text);
}
