/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/settings.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/work/job.h"
#include "ui/work/locks.h"

static int
told_settings(const struct ft_work_fleet *fleet,
              const struct ft_work_pair *found,
              struct ft_pair_settings *settings, struct ft_error *err)
{
    struct ft_member *where;
    const json_t *status, *told;

    if (!found->live ||
        ft_fleet_pair(&fleet->fleet, found->pair.pair, &status, &where) < 0)
        return ft_fail(err, EHOSTUNREACH, "ftadmin status shows what is known",
                       "no host that carries %s answers", found->pair.vm);
    told = json_object_get(status, "settings");
    if (!json_is_object(told))
        return ft_fail(err, EOPNOTSUPP,
                       "ftadmin host upgrade installs this one's on a host.",
                       "the engine of %s is too old to tell its settings",
                       found->pair.vm);
    *settings = (struct ft_pair_settings)FT_PAIR_SETTINGS_INIT;
    ft_settings_from_json(settings, told);
    return 0;
}

int
ft_work_settings_prepare(struct ft_work_fleet *fleet, const char *vm,
                         bool change, struct ft_work_pair *found,
                         struct ft_pair_settings *settings, struct ft_error *err)
{
    char doing[FT_STORE_NAME];
    int rc = ft_work_pair_find(fleet, vm, found, err);

    if (!rc)
        rc = told_settings(fleet, found, settings, err);
    if (rc || !change)
        return rc;
    snprintf(doing, sizeof(doing), "set %.200s", found->pair.vm);
    return ft_work_lock_vm(fleet->work, found->pair.vm_uuid, doing, err);
}

static int
change(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
       const json_t *changes, struct ft_error *left, struct ft_error *err)
{
    FT_AUTOFREE char *told = json_dumps(changes, JSON_COMPACT);
    char text[FT_STORE_TEXT];
    struct ft_trace trace;
    struct ft_job *job;
    int rc = ft_job_begin(fleet->work, "set", found->pair.vm, found->pair.pair,
                          &job, err);

    if (rc)
        return rc;
    trace = ft_job_trace(job);
    ft_fleet_set_trace(&fleet->fleet, &trace);
    snprintf(text, sizeof(text), "both hosts: change to %.900s",
             told ? told : "other settings");
    ft_job_step(job, 0, text, FT_STEP_STARTED);
    rc = ft_change_settings(&fleet->fleet, &found->ref, changes,
                            ft_work_timeout_ms(fleet->work, 0), left, err);
    ft_job_step(job, 0, text, rc ? FT_STEP_FAILED : FT_STEP_DONE);
    ft_fleet_set_trace(&fleet->fleet, NULL);
    ft_job_end(job, rc, left->code != 0, left->code ? left->text : "changed",
               rc ? err : NULL, NULL);
    return rc;
}

int
ft_work_settings_change(struct ft_work_fleet *fleet,
                        const struct ft_work_pair *found,
                        const struct ft_pair_settings *before,
                        const struct ft_pair_settings *after,
                        struct ft_error *left, struct ft_error *err)
{
    FT_AUTOJSON json_t *changes = ft_settings_changes(before, after);
    int rc = ft_settings_check(after, err);

    *left = (struct ft_error)FT_ERROR_INIT;
    if (rc || !json_object_size(changes))
        return rc;
    return change(fleet, found, changes, left, err);
}
