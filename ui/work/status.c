/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/live-rows.h"
#include "ui/model/pair-rows.h"
#include "ui/work/known.h"
#include "ui/work/remember.h"
#include "ui/work/suggest.h"

/* The row of what both sides said is for now, not for later. */
static void
remember_one(const struct ft_work *work, const json_t *status)
{
    static const char *const passing[] = { "sides", "age_s", "since_s" };
    FT_AUTOJSON json_t *one = json_copy((json_t *)status);
    struct ft_error err = FT_ERROR_INIT;

    for (size_t i = 0; i < FT_ARRAY_SIZE(passing); i++)
        json_object_del(one, passing[i]);
    if (ft_work_remember_status(work->store, one, &err))
        ft_work_detail(work, "not stored: %s", err.text);
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
            remember_one(work, status);
        rc = ft_store_commit(work->store, &err);
    }
    if (rc)
        ft_work_detail(work, "not stored: %s", err.text);
}

static void
take_answers(const struct ft_work_fleet *fleet, struct ft_live *live,
             int64_t now)
{
    for (size_t i = 0; i < fleet->count; i++) {
        const struct ft_member *member = fleet->fleet.members[i];
        struct ft_live_host *host = ft_live_find(live, fleet->hosts[i].name);

        if (host && fleet->errors[i].code)
            ft_live_gone(host, &fleet->errors[i], ft_member_reached(member));
        else if (host)
            ft_live_take_reply(host, member->status, now);
    }
}

static int
make_rows(const struct ft_work_fleet *fleet, struct ft_work_status *status,
          int64_t now, struct ft_error *err)
{
    FT_AUTOJSON json_t *heard = ft_live_pairs(&status->live, now);
    int rc;

    remember(fleet->work, heard);
    rc = ft_work_known_pairs(fleet->work, &status->live, err);
    if (rc)
        return rc;
    status->hosts = ft_live_host_rows(&status->live, now, now);
    status->pairs = ft_live_pair_rows(&status->live, now, now);
    if (!heard || !status->hosts || !status->pairs)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    return 0;
}

int
ft_work_status(struct ft_work_fleet *fleet, struct ft_work_status *status,
               struct ft_error *err)
{
    int64_t now;
    int rc;

    memset(status, 0, sizeof(*status));
    status->answered = ft_work_fleet_status(fleet);
    now = ft_work_now_ms();
    rc = ft_work_known_hosts(fleet->work, &status->live, err);
    if (rc)
        return rc;
    take_answers(fleet, &status->live, now);
    return make_rows(fleet, status, now, err);
}

struct seen {
    json_t *machine; /* the answer, or NULL: an older engine has none */
    int64_t wall_ms; /* when it came */
};

/* data: a struct seen for each member. */
static int
look(struct ft_fleet *fleet, struct ft_member *member, size_t index, void *data,
     struct ft_error *err)
{
    struct seen *seen = data;
    int rc = ft_member_call(fleet, member, "machine", NULL,
                            &seen[index].machine, FT_WORK_ANSWER_MS, err);

    seen[index].wall_ms = ft_work_now_ms();
    return rc;
}

/* What the machines say of themselves now. False without memory. */
static bool
look_at_all(struct ft_work_fleet *fleet, struct ft_work_status *status)
{
    FT_AUTOFREE struct seen *seen = calloc(fleet->count + 1, sizeof(*seen));
    int64_t now;

    if (!seen)
        return false;
    ft_work_fleet_each(fleet, look, seen);
    now = ft_work_now_ms();
    for (size_t i = 0; i < fleet->count; i++) {
        struct ft_live_host *host =
            ft_live_find(&status->live, fleet->hosts[i].name);

        if (host && seen[i].machine) {
            ft_live_heard(host, now);
            ft_live_take_machine(host, seen[i].machine, now);
            ft_live_take_clock(host,
                               ft_json_int(seen[i].machine, "at", 0, INT64_MAX,
                                           0),
                               seen[i].wall_ms);
        }
        json_decref(seen[i].machine);
    }
    return true;
}

json_t *
ft_work_status_vms(struct ft_work_fleet *fleet, struct ft_work_status *status)
{
    int64_t now;

    if (!look_at_all(fleet, status))
        return NULL;
    now = ft_work_now_ms();
    return ft_live_vm_rows(&status->live, status->pairs, now, now);
}

int
ft_work_status_clocks(struct ft_work_fleet *fleet,
                      struct ft_work_status *status, struct ft_error *err)
{
    json_t *hosts;
    int64_t now;

    if (!look_at_all(fleet, status))
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    now = ft_work_now_ms();
    hosts = ft_live_host_rows(&status->live, now, now);
    if (!hosts)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    json_decref(status->hosts);
    status->hosts = hosts;
    return 0;
}

void
ft_work_status_free(struct ft_work_status *status)
{
    json_decref(status->pairs);
    json_decref(status->hosts);
    ft_live_free(&status->live);
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
