/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies for VMs whose own are not to wait on a host for now. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "db/maintenance.h"
#include "ui/model/copy.h"
#include "ui/work/locks.h"
#include "ui/work/maintenance-private.h"
#include "ui/work/protect.h"

#define ALONE_NS (15 * FT_NS_PER_S) /* until its host has noticed that it is */
#define LOOK_AGAIN_NS (300 * FT_NS_PER_MS)

/* Its STATUS, once it says that it runs alone; NULL: it does not. */
static const json_t *
wait_until_alone(struct ft_work_maintenance *m,
                 const struct ft_maintained_vm *vm)
{
    int64_t deadline = ft_clock_ns() + ALONE_NS;

    for (;;) {
        const json_t *status;

        ft_work_maintenance_ask(m);
        status = ft_work_maintenance_status(m, vm);
        if (status && !strcmp(ft_json_string(status, "state", ""), "alone"))
            return status;
        if (ft_clock_ns() > deadline || ft_work_interrupted(m->fleet->work))
            return NULL;
        ft_clock_sleep(LOOK_AGAIN_NS);
    }
}

static int
protect_elsewhere(struct ft_work_maintenance *m, struct ft_maintained_vm *vm,
                  const json_t *status, const struct ft_progress *progress,
                  struct ft_error *err)
{
    struct ft_plan_choices choices = { .vm = vm->uuid,
                                       .standby = FT_PLAN_BEST,
                                       .settings = FT_PAIR_SETTINGS_INIT,
                                       .silence_named = true };
    struct ft_work_protect job;
    int rc;

    ft_settings_from_json(&choices.settings,
                          json_object_get(status, "settings"));
    if (!*ft_json_string(status, "witness", ""))
        choices.witness = "none";
    rc = ft_work_protect_look(&job, m->fleet, vm->uuid, false, err);
    if (!rc)
        rc = ft_work_protect_plan(&job, &choices, err);
    if (!rc)
        rc = ft_work_protect_apply(&job, progress, err);
    if (!rc)
        FT_COPY(vm->copy, job.plan.standby);
    ft_work_protect_free(&job);
    ft_work_unlock(m->fleet->work);
    return rc;
}

/* It is in no pair with the host any more: there is nothing to hand back. */
static int
forget(const struct ft_work_maintenance *m, const struct ft_maintained_vm *vm,
       struct ft_error *err)
{
    return ft_store_handed_over_remove(m->fleet->work->store,
                                       m->fleet->hosts[m->index].id, vm->uuid,
                                       err);
}

static int
move_one(struct ft_work_maintenance *m, struct ft_maintained_vm *vm,
         const struct ft_progress *progress, struct ft_error *err)
{
    const json_t *status = wait_until_alone(m, vm);
    struct ft_error why = FT_ERROR_INIT;
    int rc;

    if (!status)
        rc = ft_fail(&why, EBUSY, NULL,
                     "its host does not say that it is alone");
    else
        rc = protect_elsewhere(m, vm, status, progress, &why);
    if (!rc) {
        vm->did = FT_MAINTAINED_MOVED;
        vm->why[0] = '\0';
        return forget(m, vm, err);
    }
    vm->did = FT_MAINTAINED_NOT_MOVED;
    snprintf(vm->why, sizeof(vm->why), "%.900s", why.text);
    if (rc != -EINTR && rc != -ECANCELED)
        return 0;
    *err = why;
    return rc;
}

int
ft_work_maintenance_move(struct ft_work_maintenance *m,
                         const struct ft_maintenance_options *how,
                         const struct ft_progress *progress,
                         struct ft_error *err)
{
    struct ft_progress own = *progress;
    int rc = 0;

    own.no_wait = !how->wait;
    for (size_t i = 0; !rc && i < m->count; i++)
        if (m->vms[i].did == FT_MAINTAINED_HANDED_OVER ||
            m->vms[i].did == FT_MAINTAINED_LET_GO)
            rc = move_one(m, &m->vms[i], &own, err);
    return rc;
}
