/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/pair-rows.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

enum kind { TEXT, NUMBER, OBJECT, BOOLEAN };

/* The contract of issue 2 first, in its order; then what we add to it. */
static const struct {
    const char *key;
    enum kind kind;
} members[] = {
    { "vm", TEXT },
    { "uuid", TEXT },
    { "state", TEXT },
    { "primary", TEXT },
    { "standby", TEXT },
    { "witness", TEXT },
    { "generation", NUMBER },
    { "epoch", NUMBER },
    { "epochs_per_s", NUMBER },
    { "pause_ms", OBJECT },
    { "lag_ms", NUMBER },
    { "dirty_bytes_per_epoch", NUMBER },
    { "held_packets", NUMBER },
    { "last_takeover", OBJECT },
    { "pair", TEXT },
    { "reason", TEXT },
    { "progress", OBJECT },
    { "clock_lag_ms", NUMBER },
    { "guest_clock", TEXT },
    { "peer_connected", BOOLEAN },
    { "witness_reachable", BOOLEAN },
    { "heard_from", TEXT },
};

static bool
of_kind(const json_t *value, enum kind kind)
{
    switch (kind) {
    case TEXT:
        return json_is_string(value);
    case NUMBER:
        return json_is_number(value);
    case OBJECT:
        return json_is_object(value);
    case BOOLEAN:
        return json_is_boolean(value);
    }
    return false;
}

static int
complete_pause(json_t *row)
{
    json_t *pause = json_object_get(row, "pause_ms");

    if (json_is_object(pause))
        return 0;
    return json_object_set_new(row, "pause_ms",
                               json_pack("{s:n,s:n}", "p50", "p99"));
}

static double
clock_lag_ms(const json_t *row)
{
    return json_number_value(json_object_get(row, "clock_lag_ms"));
}

/* What is in the way of nothing, and still has to be known. */
static int
complete_reason(json_t *row)
{
    const char *state = ft_json_string(row, "state", "");
    char text[80];

    if (strcmp(state, "protected") || *ft_json_string(row, "reason", "") ||
        clock_lag_ms(row) <= FT_CLOCK_LAG_WARN_MS)
        return 0;
    snprintf(text, sizeof(text), "the guest's clocks are %.0f ms behind",
             clock_lag_ms(row));
    return json_object_set_new(row, "reason", json_string(text));
}

/* What was true some time ago says nothing good about now. */
static const char *
health_of(const json_t *row, double age_s)
{
    const char *state = ft_json_string(row, "state", "");

    if (!strcmp(state, "unprotected") || !strcmp(state, "failed"))
        return "crit";
    if (age_s > 0)
        return "unknown";
    return strcmp(state, "protected") || clock_lag_ms(row) > FT_CLOCK_LAG_WARN_MS
               ? "warn"
               : "ok";
}

json_t *
ft_pair_row(const json_t *status, double age_s)
{
    FT_AUTOJSON json_t *row = json_object();
    int rc = row ? 0 : -1;

    for (size_t i = 0; !rc && i < FT_ARRAY_SIZE(members); i++) {
        json_t *value = json_object_get(status, members[i].key);

        rc = json_object_set_new(row, members[i].key,
                                 of_kind(value, members[i].kind)
                                     ? json_deep_copy(value)
                                     : json_null());
    }
    if (!rc)
        rc = complete_pause(row);
    if (!rc)
        rc = complete_reason(row);
    if (!rc)
        rc = json_object_set_new(row, "health",
                                 json_string(health_of(row, age_s)));
    if (!rc)
        rc = json_object_set_new(row, "age_s", json_real(age_s));
    return rc ? NULL : FT_STEAL(row);
}

static int64_t
generation_of(const json_t *status)
{
    return ft_json_int(status, "generation", 0, INT64_MAX, 0);
}

static bool
is_primary(const json_t *status)
{
    return !strcmp(ft_json_string(status, "role", ""), "primary");
}

/* Does a know better than b? */
static bool
knows_better(const json_t *a, const json_t *b)
{
    if (generation_of(a) != generation_of(b))
        return generation_of(a) > generation_of(b);
    return is_primary(a) && !is_primary(b);
}

/* Takes status into the object of the best for each pair. */
static int
take(json_t *best, const char *host, const json_t *status)
{
    const char *pair = ft_json_string(status, "pair", NULL);
    const json_t *known = pair ? json_object_get(best, pair) : NULL;
    json_t *copy;

    if (!pair || (known && !knows_better(status, known)))
        return 0;
    copy = json_deep_copy(status);
    if (!copy || json_object_set_new(copy, "heard_from", json_string(host))) {
        json_decref(copy);
        return -1;
    }
    return json_object_set_new(best, pair, copy);
}

static int
take_reply(json_t *best, const struct ft_reply *reply)
{
    const json_t *status;
    size_t index;
    int rc = 0;

    json_array_foreach(json_object_get(reply->status, "pairs"), index, status)
        if (!rc && json_is_object(status))
            rc = take(best, reply->host, status);
    return rc;
}

static int
compare(const void *a, const void *b)
{
    const json_t *left = *(json_t *const *)a, *right = *(json_t *const *)b;
    int by_vm =
        strcmp(ft_json_string(left, "vm", ""), ft_json_string(right, "vm", ""));

    return by_vm ? by_vm
                 : strcmp(ft_json_string(left, "pair", ""),
                          ft_json_string(right, "pair", ""));
}

static json_t *
sorted_values(json_t *object)
{
    size_t count = json_object_size(object), used = 0;
    FT_AUTOFREE json_t **values = calloc(count + 1, sizeof(*values));
    json_t *array = json_array();
    const char *key;
    json_t *value;

    if (!values || !array) {
        json_decref(array);
        return NULL;
    }
    json_object_foreach(object, key, value)
        values[used++] = value;
    qsort(values, used, sizeof(*values), compare);
    for (size_t i = 0; i < used; i++)
        json_array_append(array, values[i]);
    return array;
}

json_t *
ft_pairs_merge(const struct ft_reply *replies, size_t count)
{
    FT_AUTOJSON json_t *best = json_object();

    for (size_t i = 0; best && i < count; i++)
        if (take_reply(best, &replies[i]))
            return NULL;
    return best ? sorted_values(best) : NULL;
}

static int
rank(enum ft_severity severity)
{
    static const int ranks[] = {
        [FT_SEVERITY_OK] = 0,
        [FT_SEVERITY_WARN] = 1,
        [FT_SEVERITY_UNKNOWN] = 2,
        [FT_SEVERITY_CRIT] = 3,
    };

    return ranks[severity];
}

enum ft_severity
ft_pair_rows_worst(const json_t *rows)
{
    enum ft_severity worst = FT_SEVERITY_OK;
    const json_t *row;
    size_t index;

    json_array_foreach(rows, index, row) {
        enum ft_severity health =
            ft_severity_of(ft_json_string(row, "health", "crit"));

        if (rank(health) > rank(worst))
            worst = health;
    }
    return worst;
}

const json_t *
ft_pair_find(const json_t *rows, const char *name)
{
    static const char *const keys[] = { "vm", "uuid", "pair" };
    const json_t *row;
    size_t index;

    json_array_foreach(rows, index, row)
        for (size_t i = 0; i < FT_ARRAY_SIZE(keys); i++)
            if (!strcmp(ft_json_string(row, keys[i], ""), name))
                return row;
    return NULL;
}
