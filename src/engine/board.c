/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/board.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/followers.h"
#include "engine/series-store.h"
#include "pair/ownership.h"
#include "pair/status-figures.h"
#include "virt/loop.h"
#include "worker/pair-store.h"

/* How often one pair is looked for to be saved, and how often each is. */
#ifndef FT_BOARD_SAVE_LOOK_MS
#define FT_BOARD_SAVE_LOOK_MS 20000
#define FT_BOARD_SAVE_EVERY_NS (3600 * FT_NS_PER_S)
#endif
#define SAVE_END_NS \
    (4 * FT_NS_PER_S) /* whoever stops us does not wait longer */
/* A snapshot of more pairs than this is cut short. */
#define WHOLE_PAIRS 4

struct ft_board_pair {
    unsigned slot;
    char pair[37], vm_uuid[37];
    pid_t worker;
    bool older; /* the worker is not this program */
    enum ft_board_silence silence;
    int64_t spoke; /* when the worker, or we for it, spoke last */
    json_t *status;
    json_t *told; /* what the followers know, without figures */
    struct ft_series *series;
    int64_t saved;
};

static struct ft_board_pair *pairs[FT_PAIRS_MAX];
static int save_timer = -1;

static void
board_free(struct ft_board_pair *p)
{
    pairs[p->slot] = NULL;
    json_decref(p->status);
    json_decref(p->told);
    ft_series_free(p->series);
    free(p);
}

static unsigned
count_pairs(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < FT_PAIRS_MAX; i++)
        n += pairs[i] != NULL;
    return n;
}

static struct ft_board_pair *
find(const char *pair)
{
    for (unsigned i = 0; i < FT_PAIRS_MAX; i++)
        if (pairs[i] && !strcasecmp(pairs[i]->pair, pair))
            return pairs[i];
    return NULL;
}

/* ---- what is told */

/* ui/model/standing.c knows these reasons. */
static const struct {
    const char *state, *reason;
} silences[] = {
    [FT_BOARD_STARTING] = { "unprotected", "the worker is being started" },
    [FT_BOARD_GAVE_UP] = { "failed", "the engine gave up on this VM" },
    [FT_BOARD_DRAINED] = { "unprotected",
                           "this host is shutting down: no copy waits on it" },
    [FT_BOARD_MAINTAINED] = { "unprotected",
                              "this host is under maintenance: no copy waits "
                              "on it" },
};

/* What is known of a pair whose worker has not reported yet. */
static json_t *
status_without_worker(const struct ft_board_pair *p)
{
    struct ft_pair_config config;
    struct ft_pair_record state;
    unsigned primary;
    json_t *json;

    if (ft_pair_load(p->pair, &config, NULL) ||
        ft_pair_state_load(&config, &state, NULL))
        return NULL;
    primary = state.record.role == FT_ROLE_PRIMARY ? config.self : !config.self;
    json = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:I,s:s,s:s}", "pair",
                     p->pair, "vm", config.vm, "uuid", config.vm_uuid, "role",
                     ft_role_name(state.record.role), "state",
                     silences[p->silence].state, "reason",
                     silences[p->silence].reason, "starting",
                     p->silence == FT_BOARD_STARTING, "committed",
                     state.record.was_protected, "generation",
                     (json_int_t)state.record.generation, "primary",
                     config.hosts[primary].name, "standby",
                     config.hosts[!primary].name);
    ft_pair_state_clear(&state);
    return json;
}

static int64_t
age_ms(const struct ft_board_pair *p)
{
    return (ft_clock_ns() - p->spoke) / FT_NS_PER_MS;
}

/* STATUS as it is told, a new reference, or NULL. */
static json_t *
status_of(const struct ft_board_pair *p)
{
    json_t *status = p->status ? json_copy(p->status) : status_without_worker(p);

    if (status) {
        json_object_set_new(status, "worker_pid", json_integer(p->worker));
        json_object_set_new(status, "worker_older", json_boolean(p->older));
        json_object_set_new(status, "age_ms", json_integer(age_ms(p)));
    }
    return status;
}

static void
forget_told(struct ft_board_pair *p)
{
    json_decref(p->told);
    p->told = NULL;
}

/* Tells the followers news of this pair, or figures to those who wait for some. */
static void
tell(struct ft_board_pair *p)
{
    FT_AUTOJSON json_t *status = NULL;
    FT_AUTOJSON json_t *bare = NULL;
    int64_t now = ft_clock_ns();

    if (!ft_followers_watching()) {
        forget_told(p);
        return;
    }
    status = status_of(p);
    bare = status ? ft_status_without_figures(status) : NULL;
    if (!bare)
        return;
    if (!json_equal(bare, p->told)) {
        forget_told(p);
        p->told = FT_STEAL(bare);
        ft_followers_news(p->slot, now, json_pack("{s:O}", "status", status));
    } else if (ft_followers_figures_due(p->slot, now)) {
        ft_followers_figures(p->slot, now,
                             json_pack("{s:o,s:s}", "figures",
                                       ft_status_figures(status), "pair",
                                       p->pair));
    }
}

/* ---- what the supervisor says */

static void
save_one(void *opaque)
{
    struct ft_board_pair *oldest = NULL;
    int64_t now = ft_clock_ns();

    (void)opaque;
    for (unsigned i = 0; i < FT_PAIRS_MAX; i++)
        if (pairs[i] && now - pairs[i]->saved >= FT_BOARD_SAVE_EVERY_NS &&
            (!oldest || pairs[i]->saved < oldest->saved))
            oldest = pairs[i];
    if (oldest && !ft_series_save_later(oldest->pair, oldest->series))
        oldest->saved = now;
}

struct ft_board_pair *
ft_board_add(const char *pair)
{
    struct ft_board_pair *p = calloc(1, sizeof(*p));
    struct ft_pair_config config;
    unsigned slot = 0;

    while (slot < FT_PAIRS_MAX && pairs[slot])
        slot++;
    if (p)
        p->series = ft_series_new();
    if (!p || !p->series || slot == FT_PAIRS_MAX) {
        if (p)
            ft_series_free(p->series);
        free(p);
        return NULL;
    }
    p->slot = slot;
    p->spoke = p->saved = ft_clock_ns();
    snprintf(p->pair, sizeof(p->pair), "%s", pair);
    if (ft_pair_load(pair, &config, NULL) == 0)
        for (size_t i = 0; config.vm_uuid[i]; i++)
            p->vm_uuid[i] = (char)tolower((unsigned char)config.vm_uuid[i]);
    ft_series_load(pair, p->series);
    pairs[slot] = p;
    if (save_timer < 0) {
        save_timer = ft_loop_timer(save_one, NULL);
        ft_loop_timer_set(save_timer, FT_BOARD_SAVE_LOOK_MS);
    }
    tell(p);
    return p;
}

void
ft_board_remove(struct ft_board_pair *pair)
{
    if (!pair)
        return;
    ft_followers_forget_slot(pair->slot);
    ft_followers_tell(json_pack("{s:s}", "removed", pair->pair));
    board_free(pair);
}

void
ft_board_worker(struct ft_board_pair *pair, pid_t pid, bool older)
{
    pair->worker = pid;
    pair->older = older;
    if (pid)
        pair->silence = FT_BOARD_STARTING;
    tell(pair);
}

void
ft_board_spoke(struct ft_board_pair *pair)
{
    pair->spoke = ft_clock_ns();
}

void
ft_board_status(struct ft_board_pair *pair, json_t *status)
{
    if (!json_is_object(status))
        return;
    json_decref(pair->status);
    pair->status = json_incref(status);
    tell(pair);
}

void
ft_board_problem(struct ft_board_pair *pair, const json_t *problem)
{
    json_t *status = pair->status ? json_copy(pair->status) : NULL;

    if (!status || !json_is_object(problem)) {
        json_decref(status);
        return;
    }
    json_object_set(status, "problem", (json_t *)(uintptr_t)problem);
    json_decref(pair->status);
    pair->status = status;
    tell(pair);
}

void
ft_board_no_status(struct ft_board_pair *pair, enum ft_board_silence silence)
{
    json_decref(pair->status);
    pair->status = NULL;
    pair->silence = silence;
    tell(pair);
}

void
ft_board_sample(struct ft_board_pair *pair, const json_t *sample)
{
    struct ft_second second;

    if (ft_second_from_json(sample, &second) ||
        ft_series_add(pair->series, &second) || !ft_followers_watching())
        return;
    ft_followers_second(pair->slot, ft_clock_ns(), pair->pair, pair->series);
}

/* ---- what verbs ask */

void
ft_board_tell(void)
{
    for (unsigned i = 0; i < FT_PAIRS_MAX; i++)
        if (pairs[i])
            tell(pairs[i]);
}

json_t *
ft_board_statuses(void)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < FT_PAIRS_MAX; i++) {
        json_t *status = pairs[i] ? status_of(pairs[i]) : NULL;

        if (!status)
            continue;
        if (!pairs[i]->told && ft_followers_watching())
            pairs[i]->told = ft_status_without_figures(status);
        json_array_append_new(list, status);
    }
    return list;
}

json_t *
ft_board_ages(void)
{
    json_t *ages = json_object();

    for (unsigned i = 0; i < FT_PAIRS_MAX; i++)
        if (pairs[i])
            json_object_set_new(ages, pairs[i]->pair,
                                json_integer(age_ms(pairs[i])));
    return ages;
}

json_t *
ft_board_vms(void)
{
    json_t *vms = json_object();

    for (unsigned i = 0; i < FT_PAIRS_MAX; i++)
        if (pairs[i] && *pairs[i]->vm_uuid)
            json_object_set_new(vms, pairs[i]->vm_uuid,
                                json_string(pairs[i]->pair));
    return vms;
}

json_t *
ft_board_waiting_vms(void)
{
    json_t *vms = json_object();

    for (unsigned i = 0; i < FT_PAIRS_MAX; i++)
        if (pairs[i] && !strcmp(ft_json_string(pairs[i]->status, "role", ""),
                                ft_role_name(FT_ROLE_STANDBY)))
            json_object_set_new(vms, pairs[i]->vm_uuid, json_true());
    return vms;
}

json_t *
ft_board_series(const char *pair, struct ft_series_parts parts)
{
    const struct ft_board_pair *p = find(pair);

    return p ? ft_series_to_json(p->series, parts) : NULL;
}

json_t *
ft_board_all_series(struct ft_series_parts parts)
{
    json_t *all = json_object();
    unsigned n = count_pairs();

    if (n > WHOLE_PAIRS) {
        parts.minutes = parts.hours = false;
        parts.seconds = FT_MIN(parts.seconds, WHOLE_PAIRS * FT_SECONDS_KEPT / n);
    }
    for (unsigned i = 0; i < FT_PAIRS_MAX; i++)
        if (pairs[i])
            json_object_set_new(all, pairs[i]->pair,
                                ft_series_to_json(pairs[i]->series, parts));
    return all;
}

static void
save_last(struct ft_board_pair *p)
{
    int rc = ft_series_finish(p->series);

    if (!rc)
        rc = ft_series_save(p->pair, p->series);
    if (rc)
        ft_log(FT_LOG_WARN, "cannot save the minutes and hours of %s: %s",
               p->pair, strerror(-rc));
}

void
ft_board_save(void)
{
    int64_t end = ft_clock_ns() + SAVE_END_NS;

    for (unsigned i = 0; i < FT_PAIRS_MAX && ft_clock_ns() < end; i++)
        if (pairs[i])
            save_last(pairs[i]);
}
