/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/upgrade.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/work/locks.h"
#include "ui/work/remember.h"
#include "ui/work/suggest.h"

/* ---- looking ---- */

static int
claim_host(const struct ft_work *work, const char *name,
           struct ft_store_host *host, struct ft_error *err)
{
    char doing[FT_STORE_NAME];
    int rc = ft_store_host_get(work->store, name, host, err);

    if (rc == -ENOENT)
        ft_work_suggest_host(work, name, err);
    snprintf(doing, sizeof(doing), "host upgrade %.200s", name);
    return rc ? rc
              : ft_work_lock_host(work, host->name, FT_LOCK_ALONE, doing, err);
}

static bool
is_among(const struct ft_store_host *hosts, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(hosts[i].name, name))
            return true;
    return false;
}

/* The named ones first. A name that is given twice is one. */
static int
claim_all(const struct ft_work *work, char *const *names, size_t named,
          struct ft_work_upgrade *upgrade, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_host *known = NULL;
    struct ft_store_host *hosts;
    size_t known_count = 0, count;
    int rc = ft_store_host_list(work->store, &known, &known_count, err);

    if (rc)
        return rc;
    hosts = calloc(named + known_count, sizeof(*hosts));
    if (!hosts)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    for (size_t i = 0; !rc && i < named; i++)
        if (!is_among(hosts, upgrade->count, names[i]))
            rc = claim_host(work, names[i], &hosts[upgrade->count++], err);
    count = upgrade->count;
    for (size_t i = 0; i < known_count; i++)
        if (!is_among(hosts, upgrade->count, known[i].name))
            hosts[count++] = known[i];
    if (!rc)
        return ft_work_fleet_from(work, true, hosts, count, &upgrade->fleet,
                                  err);
    free(hosts);
    return rc;
}

/* A VM belongs to both hosts of its pair: neither is upgraded by another one. */
static int
lock_vms(struct ft_work_upgrade *upgrade, struct ft_error *err)
{
    const struct ft_work_fleet *fleet = &upgrade->fleet;

    for (size_t i = 0; i < upgrade->count; i++) {
        const json_t *pairs =
            json_object_get(fleet->fleet.members[i]->status, "pairs");
        char doing[FT_STORE_NAME];
        const json_t *pair;
        size_t k;

        snprintf(doing, sizeof(doing), "host upgrade %.200s",
                 fleet->hosts[i].name);
        json_array_foreach(pairs, k, pair) {
            int rc =
                ft_work_lock_vm(fleet->work, ft_json_string(pair, "uuid", ""),
                                doing, err);

            if (rc)
                return rc;
        }
    }
    return 0;
}

static int
look_one(struct ft_fleet *fleet, struct ft_member *member, size_t index,
         void *data, struct ft_error *err)
{
    struct ft_work_upgrade *upgrade = data;
    int rc;

    if (index >= upgrade->count)
        return 0;
    rc = ft_member_connect(fleet, member, err);
    return rc ? rc : ft_upgrade_look(fleet, member, &upgrade->looks[index], err);
}

static void
sum_up(struct ft_work_upgrade *upgrade)
{
    for (size_t i = 0; i < upgrade->count; i++) {
        upgrade->wanted += upgrade->looks[i].engine || upgrade->looks[i].workers;
        upgrade->protected_vms += upgrade->looks[i].protected_vms;
    }
}

int
ft_work_upgrade_prepare(const struct ft_work *work, char *const *names,
                        size_t count, struct ft_work_upgrade *upgrade,
                        struct ft_error *err)
{
    int rc;

    memset(upgrade, 0, sizeof(*upgrade));
    rc = claim_all(work, names, count, upgrade, err);
    if (rc)
        return rc;
    upgrade->looks = calloc(count, sizeof(*upgrade->looks));
    upgrade->results = calloc(count, sizeof(*upgrade->results));
    if (!upgrade->looks || !upgrade->results)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    if (ft_work_fleet_each(&upgrade->fleet, look_one, upgrade) <
        upgrade->fleet.count)
        return ft_fail(err, EREMOTEIO, NULL,
                       "not every host can be looked at: none is touched");
    sum_up(upgrade);
    return lock_vms(upgrade, err);
}

/* ---- doing ---- */

static void
remember(const struct ft_work_fleet *fleet, size_t index)
{
    struct ft_member *member = fleet->fleet.members[index];
    struct ft_fleet view = fleet->fleet;
    struct ft_error ignored = FT_ERROR_INIT;

    if (!ft_member_probe(&view, member, true, &ignored))
        ft_work_remember(fleet->work->store, &fleet->hosts[index], member,
                         &ignored);
}

static int
upgrade_one(struct ft_work_upgrade *upgrade, size_t index, struct ft_job *job,
            const struct ft_progress *progress)
{
    struct ft_work_fleet *fleet = &upgrade->fleet;
    struct ft_error *err = &fleet->errors[index];
    char text[FT_STORE_TEXT];
    int rc;

    snprintf(text, sizeof(text), "%.200s: upgrade the engine, then its workers",
             fleet->hosts[index].name);
    ft_job_step(job, index, text, FT_STEP_STARTED);
    rc = ft_upgrade_host(&fleet->fleet, fleet->fleet.members[index],
                         ft_work_timeout_ms(fleet->work, 0), progress,
                         &upgrade->results[index], err);
    if (!rc) {
        err->code = 0;
        remember(fleet, index);
    }
    ft_job_step(job, index, text, rc ? FT_STEP_FAILED : FT_STEP_DONE);
    return rc;
}

static void
plan_steps(const struct ft_work_upgrade *upgrade, struct ft_job *job)
{
    char text[FT_STORE_TEXT];

    for (size_t i = 0; i < upgrade->count; i++) {
        snprintf(text, sizeof(text),
                 "%.200s: upgrade the engine, then its workers",
                 upgrade->fleet.hosts[i].name);
        ft_job_plan(job, i, "", text);
    }
}

static size_t
count_left(const struct ft_work_upgrade *upgrade)
{
    size_t left = 0;

    for (size_t i = 0; i < upgrade->count; i++)
        left += upgrade->results[i].left;
    return left;
}

int
ft_work_upgrade(struct ft_work_upgrade *upgrade,
                const struct ft_progress *progress,
                struct ft_job_outcome *outcome, struct ft_error *err)
{
    struct ft_work_fleet *fleet = &upgrade->fleet;
    char text[FT_STORE_TEXT];
    struct ft_progress own;
    struct ft_trace trace;
    struct ft_job *job;
    int rc;

    ft_work_fleet_names(fleet, upgrade->count, text);
    rc = ft_job_begin(fleet->work, "host upgrade", text, "", &job, err);
    if (rc)
        return rc;
    trace = ft_job_trace(job);
    ft_fleet_set_trace(&fleet->fleet, &trace);
    own = ft_job_progress(job, progress);
    plan_steps(upgrade, job);
    while (!rc && upgrade->done < upgrade->count) {
        rc = upgrade_one(upgrade, upgrade->done, job, &own);
        if (rc)
            *err = fleet->errors[upgrade->done];
        else
            upgrade->done++;
    }
    ft_fleet_set_trace(&fleet->fleet, NULL);
    snprintf(text, sizeof(text), "%zu of %zu host%s upgraded", upgrade->done,
             upgrade->count, upgrade->count == 1 ? "" : "s");
    ft_job_end(job, rc, count_left(upgrade) > 0, text, rc ? err : NULL, outcome);
    return rc;
}

/* ---- telling ---- */

static const char *
result_of(const struct ft_work_upgrade *upgrade, size_t i)
{
    const struct ft_upgrade_result *result = &upgrade->results[i];

    if (i > upgrade->done)
        return "untouched";
    if (i == upgrade->done)
        return "failed";
    return result->left                        ? "partly"
           : result->engine || result->workers ? "upgraded"
                                               : "current";
}

static json_t *
row_of(const struct ft_work_upgrade *upgrade, size_t i)
{
    const struct ft_upgrade_result *result = &upgrade->results[i];
    const struct ft_upgrade_look *look = &upgrade->looks[i];
    const struct ft_error *error = &upgrade->fleet.errors[i];

    return json_pack("{s:s,s:s,s:s?,s:s?,s:I,s:I,s:o,s:s?}", "host",
                     upgrade->fleet.hosts[i].name, "result",
                     result_of(upgrade, i), "before",
                     *look->before ? look->before : NULL, "engine",
                     *result->after ? result->after : NULL, "workers",
                     (json_int_t)result->workers, "workers_left",
                     (json_int_t)result->left, "without_copy_s",
                     result->longest_s > 0 ? json_real(result->longest_s)
                                           : json_null(),
                     "error", error->code ? error->text : NULL);
}

json_t *
ft_work_upgrade_rows(const struct ft_work_upgrade *upgrade)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < upgrade->count; i++)
        json_array_append_new(rows, row_of(upgrade, i));
    return rows;
}

void
ft_work_upgrade_close(struct ft_work_upgrade *upgrade)
{
    ft_work_fleet_close(&upgrade->fleet);
    free(upgrade->looks);
    free(upgrade->results);
    memset(upgrade, 0, sizeof(*upgrade));
}
