/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/pair-rows.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/copying.h"
#include "ui/model/qemu-note.h"
#include "ui/model/risk.h"
#include "ui/model/standing.h"
#include "ui/model/verdict.h"

/* A figure is a number that is worth nothing once it is old. */
enum kind { TEXT, NUMBER, FIGURE, OBJECT, FIGURES, ARRAY, BOOLEAN };

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
    { "epochs_per_s", FIGURE },
    { "pause_ms", FIGURES },
    { "lag_ms", FIGURE },
    { "dirty_bytes_per_epoch", FIGURE },
    { "held_packets", FIGURE },
    { "last_takeover", OBJECT },
    { "pair", TEXT },
    { "reason", TEXT },
    { "progress", FIGURES },
    { "clock_lag_ms", FIGURE },
    { "guest_clock", TEXT },
    { "gate", TEXT },
    { "settings", OBJECT },
    { "peer_connected", BOOLEAN },
    { "witness_reachable", BOOLEAN },
    { "witness_full", BOOLEAN },
    { "witness_older", BOOLEAN },
    { "next_witness", OBJECT },
    { "autostart", BOOLEAN },
    { "problem", OBJECT },
    { "stalled", FIGURES },
    { "stands", OBJECT },
    { "changed", TEXT },
    { "drift", OBJECT },
    { "qemu", OBJECT },
    { "commit_ms", FIGURES },
    { "phases_ms", FIGURES },
    { "asked_by", FIGURES },
    { "held_bytes", FIGURE },
    { "held_ms", FIGURE },
    { "link_bytes_per_s", FIGURE },
    { "blocked_ms", FIGURE },
    { "rtt_ms", FIGURE },
    { "cpu_percent", FIGURE },
    { "paths", ARRAY },
    { "sides", ARRAY },
    { "heard_from", TEXT },
    { "since_s", NUMBER },
};

static bool
of_kind(const json_t *value, enum kind kind)
{
    switch (kind) {
    case TEXT:
        return json_is_string(value);
    case NUMBER:
    case FIGURE:
        return json_is_number(value);
    case OBJECT:
    case FIGURES:
        return json_is_object(value);
    case ARRAY:
        return json_is_array(value);
    case BOOLEAN:
        return json_is_boolean(value);
    }
    return false;
}

/* What of a member may be shown; fresh: said a moment ago. */
static json_t *
member_of(const json_t *status, const char *key, enum kind kind, bool fresh)
{
    json_t *value = json_object_get(status, key);
    bool old = !fresh && (kind == FIGURE || kind == FIGURES);

    return of_kind(value, kind) && !old ? json_incref(value) : json_null();
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

/* What the host with the copy says of it; null when it is silent. */
static int
complete_copy(json_t *row)
{
    static const char *const keys[] = { "host",       "epoch_held",
                                        "epoch",      "staged_bytes",
                                        "apply_ms",   "replica_lag_ms",
                                        "cpu_percent" };
    json_t *side, *copy = NULL;
    size_t index;

    json_array_foreach(json_object_get(row, "sides"), index, side) {
        double age_s = json_number_value(json_object_get(side, "age_s"));

        if (strcmp(ft_json_string(side, "role", ""), "standby") != 0 ||
            !ft_is_fresh(age_s) || copy)
            continue;
        copy = json_object();
        for (size_t i = 0; i < FT_ARRAY_SIZE(keys); i++)
            json_object_set(copy, keys[i], json_object_get(side, keys[i]));
    }
    return json_object_set_new(row, "copy", copy ? copy : json_null());
}

/* Its last rehearsal, which the host with the copy knows of, also when it is old. */
static int
complete_rehearsal(json_t *row)
{
    json_t *side, *said = NULL;
    size_t index;

    json_array_foreach(json_object_get(row, "sides"), index, side)
        if (!strcmp(ft_json_string(side, "role", ""), "standby") && !said)
            said = json_object_get(side, "rehearsal");
    return json_is_object(said)
               ? json_object_set(row, "rehearsal", said)
               : json_object_set_new(row, "rehearsal", json_null());
}

static int
complete_qemu(json_t *row)
{
    char text[256];

    return json_object_set_new(row, "qemu_note",
                               ft_qemu_note(row, text, sizeof(text))
                                   ? ft_json_text(text)
                                   : json_null());
}

/* What is in the way of nothing, or only was so, and still has to be known. */
static int
complete_reason(json_t *row, enum ft_risk risk, bool heard)
{
    const char *said = ft_json_string(row, "reason", "");
    const char *problem =
        ft_json_string(json_object_get(row, "problem"), "text", "");
    char text[768] = "";

    if (!heard)
        snprintf(text, sizeof(text), "it was %s%s%s",
                 ft_json_string(row, "state", "never heard of"),
                 *said ? ": " : "", said);
    else if (risk && !*said)
        ft_risk_text(risk, row, text, sizeof(text));
    else if (!*said)
        snprintf(text, sizeof(text), "%.200s",
                 ft_json_string(json_object_get(row, "stands"), "text", ""));
    else if (ft_said_state(row) == FT_PAIR_ALONE && ft_standby_leaves(row))
        snprintf(text, sizeof(text), "%.200s is shutting down",
                 ft_json_string(row, "standby", "?"));
    else if (*problem && ft_said_reason(row) == FT_REASON_COPYING)
        snprintf(text, sizeof(text), "%s" FT_LAST_TIME "%s", said, problem);
    return *text ? json_object_set_new(row, "reason", ft_json_text(text)) : 0;
}

static int
complete_standing(json_t *row, bool heard)
{
    enum ft_risk risk = heard ? ft_pair_risk(row) : FT_RISK_NONE;
    const char *standing = ft_standing(row, heard, risk != FT_RISK_NONE);
    int rc = complete_reason(row, risk, heard);

    if (!rc)
        rc = json_object_set_new(row, "heard", json_boolean(heard));
    if (!rc)
        rc = json_object_set_new(row, "at_risk",
                                 risk ? json_string(ft_risk_word(risk))
                                      : json_null());
    return rc ? rc : json_object_set_new(row, "standing", json_string(standing));
}

int
ft_pair_row_judge(json_t *row)
{
    static const char *const healths[] = {
        [FT_SEVERITY_OK] = "ok",
        [FT_SEVERITY_WARN] = "warn",
        [FT_SEVERITY_CRIT] = "crit",
        [FT_SEVERITY_UNKNOWN] = "unknown",
    };
    struct ft_verdict verdict;
    int rc;

    ft_verdict_of_pair(row, &verdict);
    rc = json_object_set_new(row, "health",
                             json_string(healths[verdict.severity]));
    if (!rc)
        rc = json_object_set_new(row, "move",
                                 json_string(ft_move_word(verdict.move)));
    if (!rc)
        rc = json_object_set_new(row, "sentence",
                                 ft_json_text(verdict.sentence));
    if (!rc)
        rc = json_object_set_new(row, "command", ft_json_text(verdict.command));
    return rc;
}

json_t *
ft_pair_row(const json_t *status, double age_s, bool heard)
{
    FT_AUTOJSON json_t *row = json_object();
    bool fresh = heard && ft_is_fresh(age_s);
    int rc = row ? 0 : -1;

    for (size_t i = 0; !rc && i < FT_ARRAY_SIZE(members); i++)
        rc = json_object_set_new(row, members[i].key,
                                 member_of(status, members[i].key,
                                           members[i].kind, fresh));
    if (!rc)
        rc = complete_pause(row);
    if (!rc)
        rc = ft_copying_complete(row);
    if (!rc)
        rc = complete_copy(row);
    if (!rc)
        rc = complete_rehearsal(row);
    if (!rc)
        rc = complete_qemu(row);
    if (!rc)
        rc = json_object_set_new(row, "age_s", json_real(age_s));
    if (!rc)
        rc = complete_standing(row, heard);
    if (!rc)
        rc = ft_pair_row_judge(row);
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

/* By pair, and the one that knows best first. */
static int
compare_words(const void *a, const void *b)
{
    const struct ft_word *left = a, *right = b;
    int by_pair = strcmp(left->pair, right->pair);

    if (by_pair)
        return by_pair;
    if (knows_better(left->status, right->status))
        return -1;
    if (knows_better(right->status, left->status))
        return 1;
    return strcmp(left->host, right->host);
}

/* What one host said, with its name and how long ago. */
static json_t *
side_of(const struct ft_word *word)
{
    FT_AUTOJSON json_t *side = json_copy((json_t *)word->status);

    if (!side || json_object_set_new(side, "host", ft_json_text(word->host)) ||
        json_object_set_new(side, "age_s",
                            json_real((double)word->age_ms / 1000)))
        return NULL;
    return FT_STEAL(side);
}

/*
 * What failed on the host with the copy is known there only, where the link just
 * ended for the other one: told as its, unless the primary has a word itself.
 */
static int
borrow_problem(json_t *merged, const struct ft_word *words, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const json_t *problem = json_object_get(words[i].status, "problem");
        FT_AUTOJSON json_t *copy = NULL;

        if (json_is_object(json_object_get(merged, "problem")) ||
            !json_is_object(problem) || words[i].age_ms > FT_STALE_MS ||
            !ft_json_bool(words[i].status, "peer_connected", 0))
            continue; /* or it is of before the primary became one */
        copy = json_copy((json_t *)problem);
        if (!copy ||
            json_object_set_new(copy, "text",
                                json_sprintf("%s: %s", words[i].host,
                                             ft_json_string(problem, "text",
                                                            ""))))
            return -1;
        return json_object_set(merged, "problem", copy);
    }
    return 0;
}

json_t *
ft_words_merge_one(const struct ft_word *words, size_t count)
{
    FT_AUTOJSON json_t *merged = json_copy((json_t *)words->status);
    FT_AUTOJSON json_t *sides = json_array();
    int rc = merged && sides ? 0 : -1;

    for (size_t i = 0; !rc && i < count; i++)
        rc = json_array_append_new(sides, side_of(&words[i]));
    if (!rc)
        rc = json_object_set(merged, "sides", sides);
    if (!rc)
        rc = borrow_problem(merged, words, count);
    if (!rc)
        rc = json_object_set_new(merged, "heard_from",
                                 ft_json_text(words->host));
    if (!rc)
        rc = json_object_set_new(merged, "age_s",
                                 json_real((double)words->age_ms / 1000));
    if (!rc && words->since_ms >= 0)
        rc = json_object_set_new(merged, "since_s",
                                 json_real((double)words->since_ms / 1000));
    return rc ? NULL : FT_STEAL(merged);
}

void
ft_words_sort(struct ft_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words[i].pair = ft_json_string(words[i].status, "pair", "");
    if (count)
        qsort(words, count, sizeof(*words), compare_words);
}

size_t
ft_words_same(const struct ft_word *words, size_t count)
{
    size_t same = count != 0;

    while (same < count && !strcmp(words[same].pair, words[0].pair))
        same++;
    return same;
}

struct named {
    const char *vm, *pair;
    json_t *row; /* borrowed */
};

static int
compare_names(const void *a, const void *b)
{
    const struct named *left = a, *right = b;
    int by_vm = strcmp(left->vm, right->vm);

    return by_vm ? by_vm : strcmp(left->pair, right->pair);
}

json_t *
ft_pairs_sorted(const json_t *pairs)
{
    size_t count = json_array_size(pairs);
    FT_AUTOFREE struct named *list = calloc(count + 1, sizeof(*list));
    FT_AUTOJSON json_t *array = json_array();

    if (!list || !array)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_array_get(pairs, i);

        list[i] = (struct named){ ft_json_string(row, "vm", ""),
                                  ft_json_string(row, "pair", ""), row };
    }
    qsort(list, count, sizeof(*list), compare_names);
    for (size_t i = 0; i < count; i++)
        if (json_array_append(array, list[i].row))
            return NULL;
    return FT_STEAL(array);
}

json_t *
ft_words_merge(struct ft_word *words, size_t count)
{
    FT_AUTOJSON json_t *merged = json_array();
    size_t same;

    if (!merged)
        return NULL;
    ft_words_sort(words, count);
    for (size_t i = 0; i < count; i += same) {
        same = ft_words_same(&words[i], count - i);
        if (json_array_append_new(merged, ft_words_merge_one(&words[i], same)))
            return NULL;
    }
    return ft_pairs_sorted(merged);
}

static size_t
count_words(const struct ft_reply *replies, size_t count)
{
    size_t words = 0;

    for (size_t i = 0; i < count; i++)
        words += json_array_size(json_object_get(replies[i].status, "pairs"));
    return words;
}

int64_t
ft_said_age_ms(const json_t *status)
{
    return ft_json_int(status, "age_ms", 0, INT64_MAX / 2, 0);
}

json_t *
ft_pairs_merge(const struct ft_reply *replies, size_t count)
{
    size_t used = 0, index;
    FT_AUTOFREE struct ft_word *words =
        calloc(count_words(replies, count) + 1, sizeof(*words));
    const json_t *status;

    for (size_t i = 0; words && i < count; i++)
        json_array_foreach(json_object_get(replies[i].status, "pairs"), index,
                           status)
            if (ft_json_string(status, "pair", NULL))
                words[used++] =
                    (struct ft_word){ replies[i].host, status,
                                      ft_said_age_ms(status), -1, NULL };
    return words ? ft_words_merge(words, used) : NULL;
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

        if (ft_severity_rank(health) > ft_severity_rank(worst))
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
