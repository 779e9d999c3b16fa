/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM measured where it runs, for an estimate. */
#include "config.h"

#include "protect/protect.h"

struct measuring {
    const char *engine;
    const char *uuid;
    int seconds;
    json_t *measured;
};

static int
measure(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct measuring *measuring = data;

    return ft_install_measure(session, measuring->engine, measuring->uuid,
                              measuring->seconds, &measuring->measured, err);
}

int
ft_protect_measure_vm(struct ft_fleet *fleet, const struct ft_plan *plan,
                      int seconds, json_t **measured, struct ft_error *err)
{
    struct ft_member *member = ft_fleet_find(fleet, plan->primary);
    struct measuring measuring = { fleet->engine, plan->vm_uuid, seconds, NULL };
    int rc;

    *measured = NULL;
    if (member == NULL)
        return ft_fail(err, ENOENT, "add it with ftadmin host add",
                       "no host that is known runs %s", plan->vm);
    rc = ft_member_do(fleet, member, measure, &measuring, err);
    *measured = measuring.measured;
    return rc;
}
