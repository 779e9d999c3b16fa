/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/status.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/host-rows.h"
#include "ui/model/pair-rows.h"
#include "ui/model/stored-pair.h"
#include "ui/work/pair.h"
#include "ui/work/remember.h"
#include "ui/work/suggest.h"

static json_t *
host_rows(const struct ft_work_fleet *fleet, int64_t now)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < fleet->count; i++) {
        const struct ft_member *member = fleet->fleet.members[i];
        const struct ft_error *error =
            fleet->errors[i].code ? &fleet->errors[i] : NULL;

        json_array_append_new(rows, ft_host_status_row(&fleet->hosts[i], error,
                                                       member->ssh != NULL,
                                                       member->status, now));
    }
    return rows;
}

/*
 * What was heard is kept for the next time, in one transaction; a database
 * that is locked or full is no reason to keep the answer from the user.
 */
static void
remember(const struct ft_work *work, const json_t *pairs)
{
    struct ft_error err = FT_ERROR_INIT;
    const json_t *status;
    size_t index;
    int rc = ft_store_begin(work->store, &err);

    if (!rc) {
        json_array_foreach(pairs, index, status)
            if (ft_work_remember_status(work->store, status, &err))
                ft_work_detail(work, "not stored: %s", err.text);
        rc = ft_store_commit(work->store, &err);
    }
    if (rc)
        ft_work_detail(work, "not stored: %s", err.text);
}

static json_t *
live_row(struct ft_store *store, const json_t *status)
{
    const char *name = ft_json_string(status, "pair", "");
    struct ft_store_pair pair;
    int rc = ft_store_pair_get(store, name, &pair, NULL);

    return ft_stored_pair_live_row(rc ? NULL : &pair, status);
}

static json_t *
stored_row(const struct ft_work_fleet *fleet, const struct ft_store_pair *pair,
           int64_t now)
{
    bool both = ft_work_fleet_answered(fleet, pair->primary) &&
                ft_work_fleet_answered(fleet, pair->standby);
    FT_AUTOJSON json_t *status = NULL;
    struct ft_error err = FT_ERROR_INIT;
    int64_t at = pair->created_at;

    ft_store_status_get(fleet->work->store, pair->pair, &status, &at, &err);
    return ft_stored_pair_row(pair, status, at, now, both);
}

static int
add_stored(const struct ft_work_fleet *fleet, json_t *rows, int64_t now,
           struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    size_t count = 0;
    int rc = ft_store_pair_list(fleet->work->store, &pairs, &count, err);

    for (size_t i = 0; i < count; i++)
        if (!ft_pair_find(rows, pairs[i].pair))
            json_array_append_new(rows, stored_row(fleet, &pairs[i], now));
    return rc;
}

static int
pair_rows(const struct ft_work_fleet *fleet, json_t *rows, int64_t now,
          struct ft_error *err)
{
    FT_AUTOJSON json_t *pairs = ft_work_pairs(fleet);
    const json_t *status;
    size_t index;

    if (!pairs || !rows)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    remember(fleet->work, pairs);
    json_array_foreach(pairs, index, status)
        json_array_append_new(rows, live_row(fleet->work->store, status));
    return add_stored(fleet, rows, now, err);
}

int
ft_work_status(struct ft_work_fleet *fleet, struct ft_work_status *status,
               struct ft_error *err)
{
    int64_t now;

    status->answered = ft_work_fleet_status(fleet);
    now = ft_work_now_ms();
    status->hosts = host_rows(fleet, now);
    status->pairs = json_array();
    return pair_rows(fleet, status->pairs, now, err);
}

void
ft_work_status_free(struct ft_work_status *status)
{
    json_decref(status->pairs);
    json_decref(status->hosts);
    memset(status, 0, sizeof(*status));
}

/* Why there is no pair of this name: -ENODATA or -ENOENT. */
static int
not_among(const struct ft_store_vm *vms, size_t count, const char *name,
          struct ft_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(vms[i].name, name) || !strcmp(vms[i].uuid, name))
            return ft_fail(err, ENODATA,
                           "ftadmin protect makes it fault tolerant",
                           "%s is not protected", name);
    return ft_fail(err, ENOENT, "ftadmin vm list shows the VMs of all hosts",
                   "no VM named %s", name);
}

int
ft_work_status_select(const struct ft_work *work, json_t *pairs, const char *vm,
                      struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    const json_t *found = ft_pair_find(pairs, vm);
    FT_AUTOJSON json_t *kept = found ? json_deep_copy(found) : NULL;
    size_t count = 0;
    int rc = kept ? 0 : ft_store_vm_list(work->store, 0, &vms, &count, err);

    if (!rc && !kept) {
        rc = not_among(vms, count, vm, err);
        if (rc == -ENOENT)
            ft_work_suggest_vm(work, pairs, vm, err);
    }
    json_array_clear(pairs);
    if (kept && json_array_append(pairs, kept))
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    return rc;
}
