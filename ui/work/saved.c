/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/saved.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "plan/saved.h"

int
ft_work_saved_read(const char *path, json_t **saved, struct ft_error *err)
{
    const char *from = strcmp(path, "-") ? path : "/dev/stdin";
    FT_AUTOFREE char *text = NULL;
    size_t size;
    int rc = ft_file_read(from, FT_SAVED_SIZE_MAX, &text, &size);

    *saved = NULL;
    if (rc)
        return ft_fail(err, -rc, NULL, "%s: %s", path, strerror(-rc));
    rc = ft_json_parse(text, size, saved, err);
    if (!rc)
        rc = ft_saved_check(*saved, err);
    return rc ? ft_error_prefix(err, "%s", path) : 0;
}

int
ft_work_saved_plan(struct ft_work_protect *job, const json_t *saved,
                   json_t **differences, struct ft_error *err)
{
    FT_AUTOJSON json_t *now = NULL;
    struct ft_plan_choices choices;
    struct ft_store_pair known;
    int rc;

    *differences = NULL;
    ft_saved_choices(saved, &choices);
    rc = ft_work_protect_plan(job, &choices, err);
    if (rc)
        return rc;
    if (job->resumed)
        return ft_fail(err, EPERM,
                       "ftadmin resume goes on with it, ftadmin rollback takes "
                       "it back; then plan anew.",
                       "%s: its protect has been begun already", job->plan.vm);
    if (!ft_store_pair_get(job->fleet->work->store, choices.pair, &known, NULL))
        return ft_fail(err, EEXIST, "Plan anew.",
                       "there is a pair %s already, of %s", choices.pair,
                       known.vm);
    now = ft_plan_to_json(&job->plan);
    *differences = now ? ft_saved_differences(saved, now) : NULL;
    return *differences ? 0 : ft_fail(err, ENOMEM, NULL, "out of memory");
}
