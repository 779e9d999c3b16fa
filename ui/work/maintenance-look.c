/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on a host that is to be taken out of service, or was. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "db/maintenance.h"
#include "ui/model/copy.h"
#include "ui/work/locks.h"
#include "ui/work/maintenance-private.h"
#include "ui/work/suggest.h"

const char *
ft_work_maintenance_host(const struct ft_work_maintenance *m)
{
    return m->fleet->hosts[m->index].name;
}

struct ft_member *
ft_work_maintenance_member(const struct ft_work_maintenance *m)
{
    return m->fleet->fleet.members[m->index];
}

const json_t *
ft_work_maintenance_status(const struct ft_work_maintenance *m,
                           const struct ft_maintained_vm *vm)
{
    struct ft_member *where;
    const json_t *status;

    return *vm->pair &&
                   !ft_fleet_pair(&m->fleet->fleet, vm->pair, &status, &where)
               ? status
               : NULL;
}

void
ft_work_maintenance_ask(struct ft_work_maintenance *m)
{
    ft_work_fleet_status(m->fleet);
    for (size_t i = 0; i < m->fleet->count; i++) {
        struct ft_member *member = m->fleet->fleet.members[i];

        if (m->fleet->errors[i].code) {
            json_decref(member->status);
            member->status = NULL;
        }
    }
}

bool
ft_work_maintenance_has_role(const struct ft_work_maintenance *m,
                             const json_t *status, const char *key)
{
    return !strcmp(ft_json_string(status, key, ""), ft_work_maintenance_host(m));
}

/* ---- looking ---- */

static int
find_host(struct ft_work_fleet *fleet, const char *name, size_t *index,
          struct ft_error *err)
{
    for (*index = 0; *index < fleet->count; ++*index)
        if (!strcmp(fleet->hosts[*index].name, name))
            return 0;
    ft_fail(err, ENOENT, "ftadmin host list shows the known hosts",
            "no host named %s", name);
    ft_work_suggest_host(fleet->work, name, err);
    return -ENOENT;
}

static struct ft_maintained_vm *
add_vm(struct ft_work_maintenance *m, const char *vm, const char *uuid,
       const char *pair)
{
    struct ft_maintained_vm *grown =
        realloc(m->vms, (m->count + 1) * sizeof(*grown));

    if (!grown)
        return NULL;
    m->vms = grown;
    grown += m->count++;
    memset(grown, 0, sizeof(*grown));
    FT_COPY(grown->vm, vm);
    FT_COPY(grown->uuid, uuid);
    FT_COPY(grown->pair, pair);
    return grown;
}

/* Those of its pairs, by its own word. */
static int
add_pairs(struct ft_work_maintenance *m, struct ft_error *err)
{
    const json_t *pairs =
        json_object_get(ft_work_maintenance_member(m)->status, "pairs");
    const json_t *status;
    size_t i;

    json_array_foreach(pairs, i, status) {
        bool runs = ft_work_maintenance_has_role(m, status, "primary");

        if (!add_vm(m, ft_json_string(status, "vm", "?"),
                    ft_json_string(status, "uuid", ""),
                    ft_json_string(status, "pair", "")))
            return ft_fail(err, ENOMEM, NULL, "out of memory");
        m->run += runs;
        m->copies += !runs;
    }
    return 0;
}

/* Those that run there and are in no pair: nobody moves them. */
static int
add_others(struct ft_work_maintenance *m, struct ft_error *err)
{
    FT_AUTOJSON json_t *machine = NULL;
    const json_t *vm;
    size_t i;

    if (ft_member_call(&m->fleet->fleet, ft_work_maintenance_member(m),
                       "machine", NULL, &machine, FT_WORK_ANSWER_MS, err))
        return 0; /* its libvirt is not what this is about */
    json_array_foreach(json_object_get(machine, "vms"), i, vm) {
        struct ft_maintained_vm *added;

        if (strcmp(ft_json_string(vm, "state", ""), "running") != 0 ||
            ft_member_pair(ft_work_maintenance_member(m),
                           ft_json_string(vm, "uuid", "?")))
            continue;
        added = add_vm(m, ft_json_string(vm, "name", "?"),
                       ft_json_string(vm, "uuid", ""), "");
        if (!added)
            return ft_fail(err, ENOMEM, NULL, "out of memory");
        added->did = FT_MAINTAINED_STAYS;
        FT_COPY(added->on, ft_work_maintenance_host(m));
        FT_COPY(added->why, "it is not protected: shut it down or migrate it");
        m->alone++;
    }
    return 0;
}

/* Those that ran there before it was taken out. */
static int
recall_handed(struct ft_work_maintenance *m, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_handed_over *list = NULL;
    size_t count = 0;
    int rc = ft_store_handed_over_list(m->fleet->work->store,
                                       m->fleet->hosts[m->index].id, &list,
                                       &count, err);

    for (size_t i = 0; !rc && i < count; i++)
        for (size_t k = 0; k < m->count; k++)
            m->vms[k].handed |= !strcmp(m->vms[k].uuid, list[i].vm_uuid);
    return rc;
}

static int
lock_vms(const struct ft_work_maintenance *m, const char *doing,
         struct ft_error *err)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < m->count; i++)
        if (*m->vms[i].pair)
            rc = ft_work_lock_vm(m->fleet->work, m->vms[i].uuid, doing, err);
    return rc;
}

/* Why it cannot be asked; what ran there is not lost by that. */
static int
no_answer(const struct ft_work_maintenance *m, struct ft_error *err)
{
    ft_work_fleet_error(m->fleet, m->index, err);
    if (!*err->hint)
        snprintf(err->hint, sizeof(err->hint),
                 "What ran there is taken over without it; ftadmin status shows "
                 "that, and ftadmin protect VM --standby best gives a VM that "
                 "runs alone a copy elsewhere.");
    return -err->code;
}

int
ft_work_maintenance_prepare(struct ft_work_fleet *fleet, const char *host,
                            struct ft_work_maintenance *m, struct ft_error *err)
{
    char doing[FT_STORE_NAME];
    int rc;

    memset(m, 0, sizeof(*m));
    m->fleet = fleet;
    rc = find_host(fleet, host, &m->index, err);
    snprintf(doing, sizeof(doing), "maintenance %.200s", host);
    if (!rc)
        rc = ft_work_lock_host(fleet->work, host, FT_LOCK_ALONE, doing, err);
    if (rc)
        return rc;
    ft_work_maintenance_ask(m);
    if (fleet->errors[m->index].code)
        return no_answer(m, err);
    m->since_ms =
        ft_json_int(json_object_get(ft_work_maintenance_member(m)->status,
                                    "maintenance"),
                    "since", 0, INT64_MAX, 0);
    rc = add_pairs(m, err);
    if (!rc)
        rc = add_others(m, err);
    if (!rc)
        rc = recall_handed(m, err);
    return rc ? rc : lock_vms(m, doing, err);
}

void
ft_work_maintenance_close(struct ft_work_maintenance *m)
{
    free(m->vms);
    memset(m, 0, sizeof(*m));
}
