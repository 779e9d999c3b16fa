/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/live-rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/host-rows.h"
#include "ui/model/maintenance.h"
#include "ui/model/older.h"

/* ---- hosts ---- */

static const char *
state_of(const struct ft_live_host *host, int64_t now_ms)
{
    if (ft_live_is_live(host, now_ms))
        return "ok";
    switch (host->reach) {
    case FT_LIVE_CONNECTING:
        return "connecting";
    case FT_LIVE_ANSWERS:
        return "stale";
    default:
        if (host->error.kind) /* a word of src/remote/reach.h */
            return host->error.kind;
        return host->reached ? "no-engine" : "unreachable";
    }
}

static json_t *
age_of(const struct ft_live_host *host, int64_t now_ms, int64_t wall_ms)
{
    if (host->heard_ms)
        return json_real((double)FT_MAX(now_ms - host->heard_ms, 0) / 1000);
    return ft_row_age(host->stored.seen_at, wall_ms);
}

static const char *
trouble_of(const struct ft_live_host *host, const char *older)
{
    if (host->error.code)
        return host->error.text;
    if (*older)
        return older;
    return host->polled
               ? "its engine cannot be followed: it is asked each second"
               : NULL;
}

/* What of the machine is about all of it. */
static json_t *
machine_of(const struct ft_live_host *host, bool live)
{
    static const char *const keys[] = { "memory", "cpus", "cpu_busy_percent",
                                        "pressure", "libvirt_error" };
    json_t *machine = live && host->machine ? json_object() : json_null();

    for (size_t i = 0; json_is_object(machine) && i < FT_ARRAY_SIZE(keys); i++)
        json_object_set(machine, keys[i],
                        json_object_get(host->machine, keys[i]));
    return machine;
}

/* What of a host is to be known though it answers; text has it. */
static void
say_trouble(const struct ft_live_host *host, double maintenance_s,
            const char *older, char *text, size_t size)
{
    const char *trouble = trouble_of(host, older);
    char maintenance[FT_MAINTENANCE_TEXT];

    ft_maintenance_text(maintenance_s, maintenance);
    snprintf(text, size, "%s%s%s", maintenance,
             *maintenance && trouble ? "; " : "", trouble ? trouble : "");
}

static json_t *
host_row(const struct ft_live_host *host, const char *newest, int64_t now_ms,
         int64_t wall_ms)
{
    bool live = ft_live_is_live(host, now_ms);
    const char *engine =
        *host->engine ? host->engine : host->stored.engine_version;
    double maintenance_s = ft_live_maintenance_s(host, wall_ms);
    char text[FT_OLDER_TEXT] = "";
    char trouble[FT_OLDER_TEXT + sizeof(host->error.text)];
    enum ft_older older =
        live ? ft_older_of(host, newest, text) : FT_OLDER_NOTHING;

    say_trouble(host, maintenance_s, text, trouble, sizeof(trouble));
    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s?,s:s?,s:o,s:o,s:b,s:o,s:o,s:o,s:o,s:s?}",
        "name", host->stored.name, "address", host->stored.address, "identity",
        host->stored.identity, "kind", ft_host_kind(&host->stored), "state",
        state_of(host, now_ms), "engine", *engine ? engine : NULL, "older",
        ft_older_word(older), "pairs",
        live ? json_integer((json_int_t)host->word_count) : json_null(),
        "witness_runs", live ? json_boolean(host->witness_runs) : json_null(),
        "polled", host->polled, "machine", machine_of(host, live), "clock_ms",
        live && host->clock_known ? ft_json_figure(host->clock_ms) : json_null(),
        "maintenance_s",
        maintenance_s < 0 ? json_null() : ft_json_figure(maintenance_s), "age_s",
        age_of(host, now_ms, wall_ms), "error", *trouble ? trouble : NULL);
}

json_t *
ft_live_host_rows(const struct ft_live *live, int64_t now_ms, int64_t wall_ms)
{
    const char *newest = ft_newest_engine(live, now_ms);
    FT_AUTOJSON json_t *rows = json_array();

    for (size_t i = 0; i < live->host_count; i++)
        if (json_array_append_new(rows, host_row(&live->hosts[i], newest,
                                                 now_ms, wall_ms)))
            return NULL;
    return FT_STEAL(rows);
}
