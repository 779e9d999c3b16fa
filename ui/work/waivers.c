/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/waivers.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "db/actor.h"
#include "db/waivers.h"
#include "plan/waivers.h"
#include "ui/model/copy.h"
#include "ui/model/utc.h"
#include "ui/work/pair.h"

static struct ft_waiver
from_stored(const struct ft_store_waiver *stored)
{
    return (struct ft_waiver){ .check = stored->check,
                               .subject = stored->subject,
                               .evidence = stored->evidence,
                               .reason = stored->reason,
                               .given_ms = stored->given_at };
}

/* What was found before a waiver was given says nothing of it. */
static int
end_changed(const struct ft_work *work, const struct ft_waiver *waivers,
            const struct ft_store_waiver *stored, size_t count,
            int64_t found_at, struct ft_error *err)
{
    char by[FT_STORE_TEXT];
    int rc = 0;

    for (size_t i = 0; i < count && !rc; i++) {
        if (!waivers[i].instead || stored[i].given_at > found_at)
            continue;
        snprintf(by, sizeof(by), "%s: %s",
                 ft_verdict_name(waivers[i].instead->verdict),
                 waivers[i].instead->evidence);
        rc = ft_store_waiver_end(work->store, stored[i].id, ft_work_now_ms(),
                                 by, err);
    }
    return rc;
}

int
ft_work_waivers_apply(const struct ft_work *work, const char *vm_uuid,
                      struct ft_findings *findings, int64_t found_at,
                      struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_waiver *stored = NULL;
    FT_AUTOFREE struct ft_waiver *waivers = NULL;
    size_t count = 0;
    int rc =
        ft_store_waiver_list(work->store, vm_uuid, false, &stored, &count, err);

    if (rc || !count)
        return rc;
    waivers = calloc(count, sizeof(*waivers));
    if (!waivers)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    for (size_t i = 0; i < count; i++)
        waivers[i] = from_stored(&stored[i]);
    ft_waivers_apply(waivers, count, findings);
    return end_changed(work, waivers, stored, count, found_at, err);
}

int
ft_work_waive(const struct ft_work *work, const char *vm, const char *vm_uuid,
              const struct ft_finding *finding, const char *reason,
              struct ft_error *err)
{
    struct ft_store_waiver waiver = { .given_at = ft_work_now_ms() };
    struct ft_actor actor;

    ft_actor_self(&actor);
    FT_COPY(waiver.vm, vm);
    FT_COPY(waiver.vm_uuid, vm_uuid);
    FT_COPY(waiver.check, finding->id);
    FT_COPY(waiver.subject, finding->subject);
    FT_COPY(waiver.evidence, finding->evidence);
    FT_COPY(waiver.reason, reason);
    FT_COPY(waiver.who, actor.who);
    return ft_store_waiver_put(work->store, &waiver, err);
}

static bool
is_of(const struct ft_store_waiver *waiver, const char *vm)
{
    return !vm || !strcmp(waiver->vm, vm) || !strcmp(waiver->vm_uuid, vm);
}

int
ft_work_waivers_end(const struct ft_work *work, const char *vm,
                    const char *check, const char *subject, size_t *ended,
                    struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_waiver *list = NULL;
    struct ft_actor actor;
    size_t count = 0;
    int rc = ft_store_waiver_list(work->store, NULL, false, &list, &count, err);

    *ended = 0;
    ft_actor_self(&actor);
    for (size_t i = 0; i < count && !rc; i++) {
        if (!is_of(&list[i], vm) || strcmp(list[i].check, check) ||
            (subject && strcmp(list[i].subject, subject)))
            continue;
        rc = ft_store_waiver_end(work->store, list[i].id, ft_work_now_ms(),
                                 actor.who, err);
        *ended += !rc;
    }
    return rc || *ended ? rc
                        : ft_fail(err, ENOENT, "ftadmin waivers lists them.",
                                  "nothing of %s is waived for %s", check, vm);
}

/* Those in force, a new list. */
static int
in_force(const struct ft_work *work, const char *vm_uuid, json_t **list,
         struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_waiver *stored = NULL;
    FT_AUTOFREE struct ft_waiver *waivers = NULL;
    size_t count = 0;
    int rc =
        ft_store_waiver_list(work->store, vm_uuid, false, &stored, &count, err);

    if (rc)
        return rc;
    waivers = calloc(count + 1, sizeof(*waivers));
    for (size_t i = 0; waivers && i < count; i++)
        waivers[i] = from_stored(&stored[i]);
    *list = waivers ? ft_waivers_to_json(waivers, count) : NULL;
    return *list ? 0 : ft_fail(err, ENOMEM, NULL, "out of memory");
}

int
ft_work_waivers_tell(struct ft_work_fleet *fleet, const char *vm,
                     struct ft_error *err)
{
    FT_AUTOJSON json_t *list = NULL;
    struct ft_work_pair found;
    int rc = ft_work_pair_find(fleet, vm, &found, NULL);

    if (rc)
        return rc == -ENOENT ? 0 : ft_fail(err, -rc, NULL, "no host answers");
    rc = in_force(fleet->work, found.pair.vm_uuid, &list, err);
    return rc ? rc : ft_tell_waivers(&fleet->fleet, &found.ref, list, err);
}

int
ft_work_waivers_tell_new(const struct ft_work *work, struct ft_fleet *fleet,
                         const struct ft_pair_ref *pair, const char *vm_uuid,
                         struct ft_error *err)
{
    FT_AUTOJSON json_t *list = NULL;
    int rc = in_force(work, vm_uuid, &list, err);

    return rc || !json_array_size(list)
               ? rc
               : ft_tell_waivers(fleet, pair, list, err);
}

static json_t *
row_of(const struct ft_store_waiver *waiver)
{
    char given[32], ended[32] = "";

    ft_format_utc(waiver->given_at, given);
    if (waiver->ended_at)
        ft_format_utc(waiver->ended_at, ended);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:s?}", "vm",
                     waiver->vm, "uuid", waiver->vm_uuid, "id", waiver->check,
                     "subject", waiver->subject, "evidence", waiver->evidence,
                     "reason", waiver->reason, "who", waiver->who, "given",
                     given, "ended", *ended ? ended : NULL, "ended_by",
                     *waiver->ended_by ? waiver->ended_by : NULL);
}

int
ft_work_waivers_list(const struct ft_work *work, const char *vm, json_t **rows,
                     struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_waiver *list = NULL;
    size_t count = 0;
    int rc = ft_store_waiver_list(work->store, NULL, true, &list, &count, err);

    *rows = json_array();
    for (size_t i = 0; i < count && !rc; i++)
        if (is_of(&list[i], vm))
            json_array_append_new(*rows, row_of(&list[i]));
    return rc;
}
