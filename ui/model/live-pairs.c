/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of all pairs from the live state: at once, or some at a time. */
#include "config.h"

#include "ui/model/live-pairs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/live-rows.h"
#include "ui/model/maintenance.h"
#include "ui/model/pair-rows.h"
#include "ui/model/standing.h"
#include "ui/model/stored-pair.h"

struct ft_live_pairs {
    char (*names)[FT_STORE_NAME]; /* of the hosts whose words these are */
    struct ft_word *words;        /* with references to what was said */
    size_t answering, count;      /* those of hosts that answer are the first */
    size_t at, stored;            /* the next word, the next one stored */
    int64_t begun_ms;
    unsigned revision; /* of the live state, when stored was begun */
    json_t *rows, *spoken_of;
};

/* ---- the words ---- */

static size_t
count_words(const struct ft_live *live)
{
    size_t count = 0;

    for (size_t i = 0; i < live->host_count; i++)
        count += live->hosts[i].word_count;
    return count;
}

static struct ft_word
word_of(const struct ft_live_word *from, const char *host, int64_t now_ms)
{
    struct ft_word word = {
        .host = host,
        .status = json_incref(from->status),
        .age_ms = FT_MAX(now_ms - from->said_ms, 0),
        .since_ms = from->since_ms ? FT_MAX(now_ms - from->since_ms, 0) : -1,
    };

    return word;
}

/* Of hosts that answer, or of the others: their last words. */
static void
gather(struct ft_live_pairs *pairs, const struct ft_live *live, bool answering)
{
    size_t first = pairs->count;

    for (size_t i = 0; i < live->host_count; i++) {
        const struct ft_live_host *host = &live->hosts[i];

        strcpy(pairs->names[i], host->stored.name);
        for (size_t k = 0; k < host->word_count; k++)
            if (ft_live_is_live(host, pairs->begun_ms) == answering)
                pairs->words[pairs->count++] =
                    word_of(&host->words[k], pairs->names[i], pairs->begun_ms);
    }
    ft_words_sort(pairs->words + first, pairs->count - first);
}

/* ---- rows ---- */

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

static json_t *
pending(const struct ft_live_stored *stored)
{
    return stored ? ft_stored_pair_pending(&stored->pair, stored->at_work)
                  : json_null();
}

/* ---- what is left of others ---- */

static bool
is_being_removed(const struct ft_live_stored *stored)
{
    return !strcmp(stored->pair.phase, "removing");
}

/* One that waits for a host which is away, while the VM is in another pair. */
static bool
is_beside(const struct ft_live *live, const struct ft_live_stored *stored)
{
    for (size_t i = 0;
         stored && is_being_removed(stored) && i < live->stored_count; i++)
        if (!strcmp(live->stored[i].pair.vm_uuid, stored->pair.vm_uuid) &&
            !is_being_removed(&live->stored[i]))
            return true;
    return false;
}

/* Hosts that have something of pairs before; null: none. */
static json_t *
left_of(const struct ft_live *live, const struct ft_live_stored *stored)
{
    json_t *left = NULL;

    for (size_t i = 0; stored && i < live->stored_count; i++) {
        const struct ft_store_pair *other = &live->stored[i].pair;

        if (!is_being_removed(&live->stored[i]) || is_being_removed(stored) ||
            strcmp(other->vm_uuid, stored->pair.vm_uuid) != 0)
            continue;
        left = left ? left : json_array();
        json_array_append_new(left,
                              json_pack("{s:s,s:s}", "host", other->standby,
                                        "pair", other->pair));
    }
    return left ? left : json_null();
}

/* Seconds of each of its hosts that is under maintenance, by its role; null: none. */
static json_t *
maintenance_of(const struct ft_live *live, const json_t *row, int64_t wall_ms)
{
    static const char *const roles[] = { "primary", "standby", "witness" };
    json_t *said = NULL;

    for (size_t i = 0; i < FT_ARRAY_SIZE(roles); i++) {
        const struct ft_live_host *host =
            find_host(live, ft_json_string(row, roles[i], ""));
        double seconds = host ? ft_live_maintenance_s(host, wall_ms) : -1;

        if (seconds < 0)
            continue;
        said = said ? said : json_object();
        json_object_set_new(said, roles[i], ft_json_figure(seconds));
    }
    return said ? said : json_null();
}

/* That is why it is alone, whatever its host knows of it. */
static int
say_maintained(json_t *row)
{
    char text[FT_STORE_NAME + 32];

    if (ft_said_state(row) != FT_PAIR_ALONE ||
        !ft_row_is_maintained(row, "standby"))
        return 0;
    snprintf(text, sizeof(text), "%.200s is under maintenance",
             ft_json_string(row, "standby", "?"));
    return json_object_set_new(row, "reason", ft_json_text(text));
}

/* Which hosts of the pair answer decides whose move it is. */
static json_t *
complete(const struct ft_live *live, const struct ft_live_stored *stored,
         json_t *row, int64_t now_ms, int64_t wall_ms)
{
    static const char *const keys[][2] = { { "primary", "primary_live" },
                                           { "standby", "standby_live" },
                                           { "witness", "witness_live" } };
    int rc = row ? json_object_set_new(row, "pending", pending(stored)) : -1;

    if (!rc)
        rc = json_object_set_new(row, "left", left_of(live, stored));
    if (!rc && stored && stored->estimate)
        rc = json_object_set(row, "estimate", stored->estimate);
    if (!rc)
        rc = json_object_set_new(row, "maintenance",
                                 maintenance_of(live, row, wall_ms));
    if (!rc)
        rc = say_maintained(row);
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
add(struct ft_live_pairs *pairs, const char *pair, json_t *row)
{
    return json_array_append_new(pairs->rows, row) ||
                   json_object_set_new(pairs->spoken_of, pair, json_true())
               ? -ENOMEM
               : 0;
}

/* What is said of the next pair, by hosts before the word at end. */
static json_t *
merge_next(struct ft_live_pairs *pairs, size_t end, int64_t now_ms)
{
    size_t same = ft_words_same(pairs->words + pairs->at, end - pairs->at);
    struct ft_word *words = pairs->words + pairs->at;

    for (size_t i = 0; i < same; i++) /* time goes on */
        words[i].age_ms += FT_MAX(now_ms - pairs->begun_ms, 0);
    pairs->at += same;
    return ft_words_merge_one(words, same);
}

json_t *
ft_live_pairs_next(struct ft_live_pairs *pairs, int64_t now_ms)
{
    return pairs->at < pairs->answering
               ? merge_next(pairs, pairs->answering, now_ms)
               : NULL;
}

static bool
has_answered(const struct ft_live *live, const char *name, int64_t now_ms)
{
    const struct ft_live_host *host = find_host(live, name);

    return !host || ft_live_is_live(host, now_ms);
}

static bool
is_unattended(const struct ft_live *live, const struct ft_live_stored *stored,
              int64_t now_ms)
{
    return stored && !stored->at_work &&
           has_answered(live, stored->pair.primary, now_ms);
}

/* A pair that a host speaks of, or spoke of before it fell silent. */
static int
add_next_word(struct ft_live_pairs *pairs, const struct ft_live *live,
              int64_t now_ms, int64_t wall_ms)
{
    bool answering = pairs->at < pairs->answering;
    FT_AUTOJSON json_t *status =
        merge_next(pairs, answering ? pairs->answering : pairs->count, now_ms);
    const struct ft_live_stored *stored;
    const char *pair;

    if (!status)
        return -ENOMEM;
    pair = ft_json_string(status, "pair", "");
    if (json_object_get(pairs->spoken_of, pair))
        return 0;
    stored = ft_live_find_stored(live, pair);
    if (is_beside(live, stored))
        return json_object_set_new(pairs->spoken_of, pair, json_true());
    return add(pairs, pair,
               complete(live, stored,
                        answering
                            ? ft_stored_pair_live_row(
                                  stored ? &stored->pair : NULL,
                                  is_unattended(live, stored, now_ms), status)
                            : ft_pair_row(status,
                                          json_number_value(
                                              json_object_get(status, "age_s")),
                                          false),
                        now_ms, wall_ms));
}

/* That is quick, also where they are begun anew. */
static void
skip_spoken_of(struct ft_live_pairs *pairs, const struct ft_live *live)
{
    while (pairs->stored < live->stored_count &&
           json_object_get(pairs->spoken_of,
                           live->stored[pairs->stored].pair.pair))
        pairs->stored++;
}

static int
add_next_stored(struct ft_live_pairs *pairs, const struct ft_live *live,
                int64_t now_ms, int64_t wall_ms)
{
    const struct ft_live_stored *stored = &live->stored[pairs->stored++];
    const struct ft_store_pair *pair = &stored->pair;
    bool both = has_answered(live, pair->primary, now_ms) &&
                has_answered(live, pair->standby, now_ms);

    if (is_beside(live, stored))
        return 0;
    return add(pairs, pair->pair,
               complete(live, stored,
                        ft_stored_pair_row(pair, stored->status, stored->at_ms,
                                           wall_ms, both),
                        now_ms, wall_ms));
}

/* ---- the whole ---- */

struct ft_live_pairs *
ft_live_pairs_begin(const struct ft_live *live, int64_t now_ms)
{
    struct ft_live_pairs *pairs = calloc(1, sizeof(*pairs));

    if (!pairs)
        return NULL;
    pairs->begun_ms = now_ms;
    pairs->revision = live->revision;
    pairs->names = calloc(live->host_count + 1, sizeof(*pairs->names));
    pairs->words = calloc(count_words(live) + 1, sizeof(*pairs->words));
    pairs->rows = json_array();
    pairs->spoken_of = json_object();
    if (!pairs->names || !pairs->words || !pairs->rows || !pairs->spoken_of) {
        ft_live_pairs_free(pairs);
        return NULL;
    }
    gather(pairs, live, true);
    pairs->answering = pairs->count;
    gather(pairs, live, false);
    return pairs;
}

void
ft_live_pairs_free(struct ft_live_pairs *pairs)
{
    if (!pairs)
        return;
    for (size_t i = 0; i < pairs->count; i++)
        json_decref((json_t *)(uintptr_t)pairs->words[i].status);
    free(pairs->words);
    free(pairs->names);
    json_decref(pairs->rows);
    json_decref(pairs->spoken_of);
    free(pairs);
}

int
ft_live_pairs_step(struct ft_live_pairs *pairs, const struct ft_live *live,
                   int64_t now_ms, int64_t wall_ms, size_t most)
{
    int rc = 0;

    if (pairs->revision != live->revision) { /* others are stored now */
        pairs->revision = live->revision;
        pairs->stored = 0;
    }
    for (; !rc && most; most--) {
        if (pairs->at < pairs->count) {
            rc = add_next_word(pairs, live, now_ms, wall_ms);
            continue;
        }
        skip_spoken_of(pairs, live);
        if (pairs->stored == live->stored_count)
            return 1;
        rc = add_next_stored(pairs, live, now_ms, wall_ms);
    }
    return rc;
}

json_t *
ft_live_pairs_rows(const struct ft_live_pairs *pairs)
{
    return ft_pairs_sorted(pairs->rows);
}

json_t *
ft_live_pair_rows(const struct ft_live *live, int64_t now_ms, int64_t wall_ms)
{
    struct ft_live_pairs *pairs = ft_live_pairs_begin(live, now_ms);
    json_t *rows = NULL;

    if (pairs && ft_live_pairs_step(pairs, live, now_ms, wall_ms, SIZE_MAX) > 0)
        rows = ft_live_pairs_rows(pairs);
    ft_live_pairs_free(pairs);
    return rows;
}

json_t *
ft_live_pairs(const struct ft_live *live, int64_t now_ms)
{
    struct ft_live_pairs *pairs = ft_live_pairs_begin(live, now_ms);
    json_t *merged =
        pairs ? ft_words_merge(pairs->words, pairs->answering) : NULL;

    ft_live_pairs_free(pairs);
    return merged;
}
