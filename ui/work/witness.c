/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/witness.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "ui/model/copy.h"
#include "ui/work/locks.h"
#include "ui/work/remember.h"

/* Whoever removes a host meanwhile would remove a witness. */
static int
lock_all(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
         struct ft_error *err)
{
    char doing[FT_STORE_NAME];
    int rc;

    snprintf(doing, sizeof(doing), "witness %.200s", found->pair.vm);
    rc = ft_work_lock_vm(fleet->work, found->pair.vm_uuid, doing, err);
    for (size_t i = 0; !rc && i < fleet->count; i++)
        rc = ft_work_lock_host(fleet->work, fleet->hosts[i].name,
                               FT_LOCK_SHARED, doing, err);
    return rc;
}

int
ft_work_witness_prepare(struct ft_work_fleet *fleet, const char *vm,
                        struct ft_work_pair *found, struct ft_error *err)
{
    int rc = ft_work_pair_find(fleet, vm, found, err);

    if (rc)
        return rc;
    if (!found->live)
        return ft_fail(err, EHOSTUNREACH, "ftadmin status shows its hosts",
                       "no host that carries %s answers", found->pair.vm);
    return lock_all(fleet, found, err);
}

static int
remember(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
         const struct ft_witness_move *move, struct ft_error *err)
{
    struct ft_store_pair pair;
    int rc = ft_work_adopt(fleet->work->store, &found->pair, err);

    if (!rc)
        rc = ft_store_pair_get(fleet->work->store, found->pair.pair, &pair, err);
    if (rc)
        return rc;
    FT_COPY(pair.witness, move->to);
    return ft_store_pair_put(fleet->work->store, &pair, err);
}

int
ft_work_witness(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
                const char *to, const struct ft_progress *progress,
                struct ft_witness_move *move, struct ft_job_outcome *outcome,
                struct ft_error *err)
{
    char text[FT_STORE_TEXT], doing[FT_STORE_NAME];
    struct ft_work_engines engines = { fleet->work, doing };
    struct ft_engine_guard guard = ft_work_engine_guard(&engines);
    struct ft_progress own;
    struct ft_trace trace;
    struct ft_job *job;
    int rc = ft_job_begin(fleet->work, "witness", found->pair.vm,
                          found->pair.pair, &job, err);

    if (rc)
        return rc;
    snprintf(doing, sizeof(doing), "witness %.200s", found->pair.vm);
    own = ft_job_progress(job, progress);
    trace = ft_job_trace(job);
    ft_fleet_set_trace(&fleet->fleet, &trace);
    ft_fleet_set_guard(&fleet->fleet, &guard);
    rc = ft_move_witness(&fleet->fleet, &found->ref, to, &own, move, err);
    if (!rc)
        rc = remember(fleet, found, move, err);
    ft_fleet_set_guard(&fleet->fleet, NULL);
    ft_fleet_set_trace(&fleet->fleet, NULL);
    snprintf(text, sizeof(text), "the witness is %.200s", move->to);
    ft_job_end(job, rc, move->left, text, rc ? err : NULL, outcome);
    return rc;
}
