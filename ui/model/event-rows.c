/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/event-rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
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

static bool
same_or_any(const char *wanted, const char *value)
{
    return !wanted || !strcmp(wanted, value);
}

bool
ft_event_fits(const struct ft_store_event_query *query, const json_t *row)
{
    const char *severity = ft_json_string(row, "severity", "info");

    if (query->severity >= 1 && !strcmp(severity, "info"))
        return false;
    if (query->severity >= 2 && strcmp(severity, "crit") != 0)
        return false;
    if (query->since && strcmp(ft_json_string(row, "at", ""), query->since) < 0)
        return false;
    if (query->until && strcmp(ft_json_string(row, "at", ""), query->until) > 0)
        return false;
    return same_or_any(query->host, ft_json_string(row, "host", "")) &&
           (same_or_any(query->vm, ft_json_string(row, "vm", "")) ||
            same_or_any(query->vm, ft_json_string(row, "pair", "")));
}

/* The day of a date: H. Hinnant, "chrono-compatible low-level date
 * algorithms", civil_from_days. */
static void
format_time(int64_t seconds, char *out, size_t size)
{
    int64_t days = seconds / 86400 + 719468, rest = seconds % 86400;
    int64_t era = days / 146097, of_era = days % 146097;
    int64_t year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * month + 2) / 5 + 1;

    month += month < 10 ? 3 : -9;
    snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d",
             (int)(year + era * 400 + (month <= 2)), (int)month, (int)day,
             (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

/* Digits and a unit: seconds, or -1. */
static int64_t
span_of(const char *text)
{
    static const struct {
        char letter;
        int64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    size_t digits = strspn(text, "0123456789");

    if (!digits || digits > 6 || !text[digits] || text[digits + 1])
        return -1;
    for (size_t i = 0; i < FT_ARRAY_SIZE(units); i++)
        if (units[i].letter == text[digits])
            return atol(text) * units[i].seconds;
    return -1;
}

/* Has text the form of pattern, as far as it goes? 0 is any digit. */
static bool
has_form(const char *text, const char *pattern)
{
    size_t size = strlen(text);

    if (size < strlen("0000-00-00") || size > strlen(pattern))
        return false;
    for (size_t i = 0; i < size; i++)
        if (pattern[i] == '0' ? !strchr("0123456789", text[i])
                              : text[i] != pattern[i])
            return false;
    return true;
}

int
ft_event_since(const char *text, int64_t now, char *out, size_t size,
               struct ft_error *err)
{
    int64_t span = span_of(text);

    if (span >= 0)
        format_time(now > span ? now - span : 0, out, size);
    else if (has_form(text, "0000-00-00T00:00:00.000Z"))
        snprintf(out, size, "%s", text);
    else
        return ft_fail(err, EINVAL,
                       "write it as 90s, 10m, 2h, 3d, 2026-11-28 or "
                       "2026-11-28T10:00 (UTC)",
                       "\"%.40s\" is no time", text);
    return 0;
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
