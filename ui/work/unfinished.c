/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/unfinished.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/work/journal.h"
#include "ui/work/locks.h"
#include "ui/work/suggest.h"

static bool
is_of(const struct ft_store_pair *pair, const char *vm)
{
    return !vm || !strcmp(pair->vm, vm) || !strcmp(pair->vm_uuid, vm) ||
           !strcmp(pair->pair, vm);
}

/* A protect is gone on with before what is left of another pair. */
static int
by_phase(const void *left, const void *right)
{
    const struct ft_store_pair *a = left, *b = right;
    int order = strcmp(a->vm, b->vm);

    return order ? order : strcmp(a->phase, b->phase);
}

int
ft_work_unfinished(const struct ft_work *work, const char *vm,
                   struct ft_store_pair **pairs, size_t *count,
                   struct ft_error *err)
{
    size_t known = 0, kept = 0;
    bool found = !vm;
    int rc = ft_store_pair_list(work->store, pairs, &known, err);

    *count = 0;
    for (size_t i = 0; !rc && i < known; i++) {
        if (!is_of(&(*pairs)[i], vm))
            continue;
        found = true;
        if (strcmp((*pairs)[i].phase, "applied") != 0)
            (*pairs)[kept++] = (*pairs)[i];
    }
    qsort(*pairs, kept, sizeof(**pairs), by_phase);
    *count = kept;
    if (rc || found)
        return rc;
    ft_fail(err, ENOENT, "ftadmin status shows what is",
            "nothing was begun for %s", vm);
    ft_work_suggest_pair(work, NULL, vm, err);
    return -ENOENT;
}

bool
ft_work_is_at_work(const struct ft_work *work, const char *pair)
{
    return ft_store_job_is_at_work(work->store, pair);
}

/* ---- taking it back ---- */

static int
find(struct ft_work_fleet *fleet, const char *vm,
     struct ft_journal_entry *entry, struct ft_error *err)
{
    struct ft_journal_ops journal = ft_work_journal(fleet->work->store);
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    size_t count = 0;
    int rc = ft_work_unfinished(fleet->work, vm, &pairs, &count, err);

    if (rc)
        return rc;
    if (!count)
        return ft_fail(
            err, EPERM, "ftadmin unprotect ends its protection.",
            "%s: its protect has ended, and is not taken back any more", vm);
    rc = journal.pending(journal.data, pairs[0].pair, entry, NULL, err);
    return rc ? rc : ft_protect_can_roll_back(entry, err);
}

int
ft_work_rollback_prepare(struct ft_work_fleet *fleet, const char *vm,
                         struct ft_journal_entry *entry, struct ft_error *err)
{
    const char *hosts[] = { entry->primary, entry->standby, entry->witness };
    char doing[FT_STORE_NAME];
    int rc;

    snprintf(doing, sizeof(doing), "rollback %.200s", vm);
    rc = ft_work_lock_vm(fleet->work, vm, doing, err);
    if (!rc)
        rc = find(fleet, vm, entry, err);
    if (!rc)
        rc = ft_work_lock_vm(fleet->work, entry->vm_uuid, doing, err);
    return rc ? rc
              : ft_work_share_hosts(fleet->work, hosts, FT_ARRAY_SIZE(hosts),
                                    doing, err);
}

static json_t *
describe(const struct ft_journal_entry *entry,
         const struct ft_rollback_result *result)
{
    json_t *left = json_array();

    for (size_t i = 0; i < result->left_count; i++)
        json_array_append_new(left, json_string(result->left[i]));
    return json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:s?,s:b,s:o}", "schema", 1,
                     "vm", entry->vm, "pair", entry->pair, "result",
                     result->left_count ? "partly" : "rolled back", "primary",
                     entry->primary, "standby", entry->standby, "witness",
                     *entry->witness ? entry->witness : NULL, "released",
                     (int)result->released, "left", left);
}

static int
roll_back(struct ft_work_fleet *fleet, const struct ft_journal_entry *entry,
          struct ft_job *job, const struct ft_progress *progress,
          struct ft_rollback_result *result, struct ft_error *err)
{
    struct ft_journal_ops journal = ft_work_journal(fleet->work->store);
    char doing[FT_STORE_NAME];
    struct ft_work_engines engines = { fleet->work, doing };
    struct ft_engine_guard guard = ft_work_engine_guard(&engines);
    struct ft_progress own = ft_job_progress(job, progress);
    struct ft_trace trace = ft_job_trace(job);
    int rc;

    snprintf(doing, sizeof(doing), "rollback %.200s", entry->vm);
    ft_fleet_set_trace(&fleet->fleet, &trace);
    ft_fleet_set_guard(&fleet->fleet, &guard);
    rc = ft_protect_rollback(&fleet->fleet, entry, &own, &journal, result, err);
    ft_fleet_set_guard(&fleet->fleet, NULL);
    ft_fleet_set_trace(&fleet->fleet, NULL);
    return rc;
}

int
ft_work_rollback(struct ft_work_fleet *fleet,
                 const struct ft_journal_entry *entry,
                 const struct ft_progress *progress,
                 struct ft_rollback_result *result, json_t **document,
                 struct ft_job_outcome *outcome, struct ft_error *err)
{
    char text[FT_STORE_TEXT];
    struct ft_job *job;
    int rc = ft_job_begin(fleet->work, "rollback", entry->vm, entry->pair, &job,
                          err);

    *document = NULL;
    memset(outcome, 0, sizeof(*outcome));
    if (rc)
        return rc;
    rc = roll_back(fleet, entry, job, progress, result, err);
    snprintf(text, sizeof(text),
             result->left_count ? "something is left on %zu host%s"
             : result->released ? "it is in no pair any more"
                                : "every host is as it was before",
             result->left_count, result->left_count == 1 ? "" : "s");
    ft_job_end(job, rc, result->left_count > 0, text, rc ? err : NULL, outcome);
    *document = rc ? NULL : describe(entry, result);
    return rc;
}
