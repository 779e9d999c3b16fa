/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/live-rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/host-rows.h"
#include "ui/model/pair-rows.h"
#include "ui/model/stored-pair.h"

/* ---- pairs ---- */

static size_t
count_words(const struct ft_live *live)
{
    size_t count = 0;

    for (size_t i = 0; i < live->host_count; i++)
        count += live->hosts[i].word_count;
    return count;
}

static struct ft_word
word_of(const struct ft_live_host *host, const struct ft_live_word *from,
        int64_t now_ms)
{
    struct ft_word word = {
        .host = host->stored.name,
        .status = from->status,
        .age_ms = FT_MAX(now_ms - from->said_ms, 0),
        .since_ms = from->since_ms ? FT_MAX(now_ms - from->since_ms, 0) : -1,
    };

    return word;
}

/* Of hosts that answer, or of the others: their last words. */
static json_t *
merge(const struct ft_live *live, int64_t now_ms, bool answering)
{
    FT_AUTOFREE struct ft_word *words =
        calloc(count_words(live) + 1, sizeof(*words));
    size_t used = 0;

    for (size_t i = 0; words && i < live->host_count; i++) {
        const struct ft_live_host *host = &live->hosts[i];

        for (size_t k = 0; k < host->word_count; k++)
            if (ft_live_is_live(host, now_ms) == answering)
                words[used++] = word_of(host, &host->words[k], now_ms);
    }
    return words ? ft_words_merge(words, used) : NULL;
}

json_t *
ft_live_pairs(const struct ft_live *live, int64_t now_ms)
{
    return merge(live, now_ms, true);
}

static const struct ft_live_host *
find_host(const struct ft_live *live, const char *name)
{
    return ft_live_find((struct ft_live *)live, name);
}

static json_t *
answers(const struct ft_live *live, const char *name, int64_t now_ms)
{
    const struct ft_live_host *host = find_host(live, name);

    return host ? json_boolean(ft_live_is_live(host, now_ms)) : json_null();
}

/* Which hosts of the pair answer decides whose move it is. */
static json_t *
complete(const struct ft_live *live, json_t *row, int64_t now_ms)
{
    static const char *const keys[][2] = { { "primary", "primary_live" },
                                           { "standby", "standby_live" },
                                           { "witness", "witness_live" } };
    int rc = row ? 0 : -1;

    for (size_t i = 0; !rc && i < FT_ARRAY_SIZE(keys); i++)
        rc = json_object_set_new(row, keys[i][1],
                                 answers(live,
                                         ft_json_string(row, keys[i][0], ""),
                                         now_ms));
    if (rc || ft_pair_row_judge(row)) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static int
add_live(const struct ft_live *live, json_t *rows, json_t *spoken_of,
         int64_t now_ms)
{
    FT_AUTOJSON json_t *pairs = ft_live_pairs(live, now_ms);
    const json_t *status;
    size_t index;
    int rc = pairs ? 0 : -1;

    json_array_foreach(pairs, index, status) {
        const char *pair = ft_json_string(status, "pair", "");
        const struct ft_live_stored *stored = ft_live_find_stored(live, pair);
        json_t *row =
            rc ? NULL
               : ft_stored_pair_live_row(stored ? &stored->pair : NULL, status);

        if (!rc)
            rc = json_array_append_new(rows, complete(live, row, now_ms));
        if (!rc)
            rc = json_object_set_new(spoken_of, pair, json_true());
    }
    return rc;
}

/* Pairs of which only hosts have spoken that are silent now. */
static int
add_last_words(const struct ft_live *live, json_t *rows, json_t *spoken_of,
               int64_t now_ms)
{
    FT_AUTOJSON json_t *pairs = merge(live, now_ms, false);
    const json_t *status;
    size_t index;
    int rc = pairs ? 0 : -1;

    json_array_foreach(pairs, index, status) {
        const char *pair = ft_json_string(status, "pair", "");
        double age = json_number_value(json_object_get(status, "age_s"));

        if (rc || json_object_get(spoken_of, pair))
            continue;
        rc = json_array_append_new(
            rows, complete(live, ft_pair_row(status, age, false), now_ms));
        if (!rc)
            rc = json_object_set_new(spoken_of, pair, json_true());
    }
    return rc;
}

static bool
has_answered(const struct ft_live *live, const char *name, int64_t now_ms)
{
    const struct ft_live_host *host = find_host(live, name);

    return !host || ft_live_is_live(host, now_ms);
}

static int
add_stored(const struct ft_live *live, json_t *rows, const json_t *spoken_of,
           int64_t now_ms, int64_t wall_ms)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < live->stored_count; i++) {
        const struct ft_live_stored *stored = &live->stored[i];
        const struct ft_store_pair *pair = &stored->pair;
        bool both = has_answered(live, pair->primary, now_ms) &&
                    has_answered(live, pair->standby, now_ms);

        if (!json_object_get(spoken_of, pair->pair))
            rc = json_array_append_new(
                rows, complete(live,
                               ft_stored_pair_row(pair, stored->status,
                                                  stored->at_ms, wall_ms, both),
                               now_ms));
    }
    return rc;
}

json_t *
ft_live_pair_rows(const struct ft_live *live, int64_t now_ms, int64_t wall_ms)
{
    FT_AUTOJSON json_t *rows = json_array();
    FT_AUTOJSON json_t *spoken_of = json_object();

    if (!rows || !spoken_of || add_live(live, rows, spoken_of, now_ms) ||
        add_last_words(live, rows, spoken_of, now_ms) ||
        add_stored(live, rows, spoken_of, now_ms, wall_ms))
        return NULL;
    return ft_pairs_sorted(rows);
}

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
trouble_of(const struct ft_live_host *host)
{
    if (host->error.code)
        return host->error.text;
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

static json_t *
host_row(const struct ft_live_host *host, int64_t now_ms, int64_t wall_ms)
{
    bool live = ft_live_is_live(host, now_ms);
    const char *engine =
        *host->engine ? host->engine : host->stored.engine_version;

    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s?,s:o,s:o,s:b,s:o,s:o,s:o,s:s?}", "name",
        host->stored.name, "address", host->stored.address, "identity",
        host->stored.identity, "kind", ft_host_kind(&host->stored), "state",
        state_of(host, now_ms), "engine", *engine ? engine : NULL, "pairs",
        live ? json_integer((json_int_t)host->word_count) : json_null(),
        "witness_runs", live ? json_boolean(host->witness_runs) : json_null(),
        "polled", host->polled, "machine", machine_of(host, live), "clock_ms",
        live && host->clock_known ? ft_json_figure(host->clock_ms) : json_null(),
        "age_s", age_of(host, now_ms, wall_ms), "error", trouble_of(host));
}

json_t *
ft_live_host_rows(const struct ft_live *live, int64_t now_ms, int64_t wall_ms)
{
    FT_AUTOJSON json_t *rows = json_array();

    for (size_t i = 0; i < live->host_count; i++)
        if (json_array_append_new(rows,
                                  host_row(&live->hosts[i], now_ms, wall_ms)))
            return NULL;
    return FT_STEAL(rows);
}
