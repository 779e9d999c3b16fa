/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "pair/status-figures.h"
#include "ui/model/copy.h"
#include "ui/model/pair-rows.h"
#include "ui/model/standing.h"

#define CLOCK_WEIGHT 16 /* seconds after which a clock that was set is known */

static void
forget_words(struct ft_live_host *host)
{
    for (size_t i = 0; i < host->word_count; i++)
        json_decref(host->words[i].status);
    free(host->words);
    host->words = NULL;
    host->word_count = 0;
}

static void
free_hosts(struct ft_live_host *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        forget_words(&hosts[i]);
        json_decref(hosts[i].machine);
    }
    free(hosts);
}

static void
free_stored(struct ft_live_stored *stored, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_decref(stored[i].status);
        json_decref(stored[i].estimate);
    }
    free(stored);
}

void
ft_live_free(struct ft_live *live)
{
    free_hosts(live->hosts, live->host_count);
    free_stored(live->stored, live->stored_count);
    free(live->vms);
    memset(live, 0, sizeof(*live));
}

/* ---- what the database has ---- */

struct ft_live_host *
ft_live_find(struct ft_live *live, const char *name)
{
    for (size_t i = 0; i < live->host_count; i++)
        if (!strcmp(live->hosts[i].stored.name, name))
            return &live->hosts[i];
    return NULL;
}

int
ft_live_set_hosts(struct ft_live *live, struct ft_store_host *hosts,
                  size_t count)
{
    struct ft_live_host *made = calloc(count + 1, sizeof(*made));

    for (size_t i = 0; made && i < count; i++) {
        struct ft_live_host *known = ft_live_find(live, hosts[i].name);

        if (known) {
            made[i] = *known;
            known->words = NULL;
            known->word_count = 0;
            known->machine = NULL;
        }
        made[i].stored = hosts[i];
    }
    free(hosts);
    if (!made)
        return -ENOMEM;
    free_hosts(live->hosts, live->host_count);
    live->hosts = made;
    live->host_count = count;
    return 0;
}

static int
compare_stored(const void *a, const void *b)
{
    const struct ft_live_stored *left = a, *right = b;

    return strcmp(left->pair.pair, right->pair.pair);
}

static int
compare_name(const void *name, const void *stored)
{
    return strcmp(name, ((const struct ft_live_stored *)stored)->pair.pair);
}

struct ft_live_stored *
ft_live_find_stored(const struct ft_live *live, const char *pair)
{
    return live->stored_count ? bsearch(pair, live->stored, live->stored_count,
                                        sizeof(*live->stored), compare_name)
                              : NULL;
}

int
ft_live_set_pairs(struct ft_live *live, struct ft_store_pair *pairs,
                  size_t count)
{
    struct ft_live_stored *made = calloc(count + 1, sizeof(*made));

    for (size_t i = 0; made && i < count; i++) {
        made[i].pair = pairs[i];
        made[i].at_ms = pairs[i].created_at;
    }
    free(pairs);
    if (!made)
        return -ENOMEM;
    free_stored(live->stored, live->stored_count);
    qsort(made, count, sizeof(*made), compare_stored);
    live->stored = made;
    live->stored_count = count;
    live->revision++;
    return 0;
}

void
ft_live_set_vms(struct ft_live *live, struct ft_store_vm *vms, size_t count)
{
    free(live->vms);
    live->vms = vms;
    live->vm_count = count;
}

/* ---- what the hosts say ---- */

void
ft_live_heard(struct ft_live_host *host, int64_t now_ms)
{
    host->reach = FT_LIVE_ANSWERS;
    host->reached = true;
    host->heard_ms = now_ms;
    host->error.code = 0;
}

static struct ft_live_word *
find_word(struct ft_live_host *host, const char *pair)
{
    for (size_t i = 0; i < host->word_count; i++)
        if (!strcmp(host->words[i].pair, pair))
            return &host->words[i];
    return NULL;
}

static struct ft_live_word *
add_word(struct ft_live_host *host, const char *pair)
{
    struct ft_live_word *grown =
        realloc(host->words, (host->word_count + 1) * sizeof(*grown));
    struct ft_live_word *word;

    if (!grown)
        return NULL;
    host->words = grown;
    word = &grown[host->word_count++];
    memset(word, 0, sizeof(*word));
    strcpy(word->pair, pair); /* whose length was looked at */
    return word;
}

static bool
same_state(const json_t *a, const json_t *b)
{
    return !strcmp(ft_json_string(a, "state", ""),
                   ft_json_string(b, "state", "")) &&
           !strcmp(ft_json_string(a, "reason", ""),
                   ft_json_string(b, "reason", ""));
}

int
ft_live_take_status(struct ft_live_host *host, const json_t *status,
                    int64_t now_ms)
{
    const char *pair = ft_json_string(status, "pair", "");
    struct ft_live_word *word;

    if (!*pair || strlen(pair) >= FT_STORE_UUID)
        return -EBADMSG;
    word = find_word(host, pair);
    if (!word && host->word_count == FT_LIVE_PAIRS)
        return -ENOSPC;
    if (!word)
        word = add_word(host, pair);
    if (!word)
        return -ENOMEM;
    word->named = true;
    word->said_ms = now_ms - ft_said_age_ms(status);
    if (word->status && !same_state(word->status, status))
        word->since_ms = word->said_ms;
    json_decref(word->status);
    word->status = json_incref((json_t *)status);
    return 0;
}

int
ft_live_take_figures(struct ft_live_host *host, const char *pair,
                     const json_t *figures, int64_t now_ms)
{
    struct ft_live_word *word = find_word(host, pair);

    if (!word)
        return -ENOENT;
    word->said_ms = now_ms - ft_said_age_ms(figures);
    return ft_status_lay_figures(word->status, figures);
}

static void
drop_unnamed(struct ft_live_host *host)
{
    for (size_t i = host->word_count; i-- > 0;)
        if (!host->words[i].named)
            ft_live_remove(host, host->words[i].pair);
}

int
ft_live_take_reply(struct ft_live_host *host, const json_t *reply,
                   int64_t now_ms)
{
    const json_t *pairs = json_object_get(reply, "pairs");
    const json_t *witness = json_object_get(reply, "witness");
    const json_t *status;
    size_t index;
    int rc = 0, one;

    ft_live_heard(host, now_ms);
    FT_COPY(host->engine, ft_json_string(reply, "version", ""));
    host->witness_runs = ft_json_bool(witness, "running", 0);
    ft_live_take_maintenance(host, json_object_get(reply, "maintenance"));
    for (size_t i = 0; i < host->word_count; i++)
        host->words[i].named = false;
    json_array_foreach(pairs, index, status) {
        one = ft_live_take_status(host, status, now_ms);
        rc = rc ? rc : one;
    }
    drop_unnamed(host);
    return rc;
}

void
ft_live_take_maintenance(struct ft_live_host *host, const json_t *said)
{
    host->maintenance_known = said != NULL;
    host->maintenance_at = ft_json_int(said, "since", 0, INT64_MAX, 0);
}

double
ft_live_maintenance_s(const struct ft_live_host *host, int64_t wall_ms)
{
    int64_t at = host->maintenance_known ? host->maintenance_at
                                         : host->stored.maintenance_at;

    return at ? (double)(wall_ms > at ? wall_ms - at : 0) / 1000 : -1;
}

void
ft_live_take_clock(struct ft_live_host *host, int64_t at_ms, int64_t wall_ms)
{
    double ahead = (double)at_ms - (double)wall_ms;

    if (at_ms <= 0)
        return;
    if (!host->clock_known || ahead > host->clock_ms)
        host->clock_ms = ahead;
    else
        host->clock_ms -= (host->clock_ms - ahead) / CLOCK_WEIGHT;
    host->clock_known = true;
}

void
ft_live_take_ages(struct ft_live_host *host, const json_t *ages, int64_t now_ms)
{
    for (size_t i = 0; i < host->word_count; i++) {
        int64_t age =
            ft_json_int(ages, host->words[i].pair, 0, INT64_MAX / 2, -1);

        if (age >= 0)
            host->words[i].said_ms = now_ms - age;
    }
}

void
ft_live_remove(struct ft_live_host *host, const char *pair)
{
    struct ft_live_word *word = find_word(host, pair);

    if (!word)
        return;
    json_decref(word->status);
    *word = host->words[--host->word_count];
}

void
ft_live_take_machine(struct ft_live_host *host, const json_t *machine,
                     int64_t now_ms)
{
    if (!json_is_object(machine))
        return;
    json_decref(host->machine);
    host->machine = json_incref((json_t *)machine);
    host->machine_ms = now_ms;
}

void
ft_live_gone(struct ft_live_host *host, const struct ft_error *err, bool reached)
{
    host->reach = FT_LIVE_GONE;
    host->reached = reached;
    host->error = *err;
}

bool
ft_live_is_live(const struct ft_live_host *host, int64_t now_ms)
{
    return host->reach == FT_LIVE_ANSWERS &&
           now_ms - host->heard_ms <= FT_STALE_MS;
}
