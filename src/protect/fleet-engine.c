/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine of a member as a thing that is installed, started and removed.
 */
#include "config.h"

#include "protect/fleet.h"

struct install {
    const char *engine;
    ft_ssh_progress progress;
    void *data;
    enum ft_install_old old;
    const char *sha256; /* of the one to restore */
    bool changed, purge, restored;
    struct ft_install_state *state;
};

void
ft_fleet_set_guard(struct ft_fleet *fleet, const struct ft_engine_guard *guard)
{
    static const struct ft_engine_guard nobody;

    fleet->guard = guard != NULL ? *guard : nobody;
}

int
ft_member_take_engine(const struct ft_fleet *fleet,
                      const struct ft_member *member, struct ft_error *err)
{
    const struct ft_engine_guard *guard = &fleet->guard;

    return guard->take != NULL ? guard->take(guard->data, member->name, err) : 0;
}

void
ft_member_give_engine(const struct ft_fleet *fleet,
                      const struct ft_member *member)
{
    const struct ft_engine_guard *guard = &fleet->guard;

    if (guard->give != NULL)
        guard->give(guard->data, member->name);
}

static int
look_job(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct install *install = data;

    return ft_install_look(session, install->engine, install->state, err);
}

int
ft_member_look(struct ft_fleet *fleet, struct ft_member *member,
               struct ft_install_state *state, struct ft_error *err)
{
    struct install install = { .engine = fleet->engine, .state = state };

    return ft_member_do(fleet, member, look_job, &install, err);
}

static int
ensure_job(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct install *install = data;
    bool changed = false;
    int rc = ft_install_ensure(session, install->engine, install->old,
                               install->progress, install->data, &changed, err);

    install->changed |= changed; /* also in a try before, that broke off */
    return rc;
}

int
ft_member_engine(struct ft_fleet *fleet, struct ft_member *member,
                 enum ft_install_old old, ft_ssh_progress progress, void *data,
                 bool *changed, struct ft_error *err)
{
    struct install install = {
        .engine = fleet->engine, .old = old, .progress = progress, .data = data
    };
    int rc = ft_member_do(fleet, member, ensure_job, &install, err);

    if (changed != NULL)
        *changed = install.changed;
    if (install.changed)
        ft_hub_reopen(member->host); /* it ended with the old daemon */
    return rc == 0
               ? ft_member_insist(fleet, member, "hello", NULL, NULL, 0, err)
               : rc;
}

static int
restore_job(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct install *install = data;
    bool restored = false;
    int rc = ft_install_restore(session, install->sha256, &restored, err);

    install->restored |= restored; /* also in a try before, that broke off */
    return rc;
}

int
ft_member_restore(struct ft_fleet *fleet, struct ft_member *member,
                  const char *sha256, bool *restored, struct ft_error *err)
{
    struct install install = { .sha256 = sha256 };
    int rc = ft_member_do(fleet, member, restore_job, &install, err);

    *restored = install.restored;
    if (install.restored)
        ft_hub_reopen(member->host); /* it ended with the newer daemon */
    return rc;
}

static int
settle_job(struct ft_ssh *session, void *data, struct ft_error *err)
{
    (void)data;
    return ft_install_settle(session, err);
}

int
ft_member_settle(struct ft_fleet *fleet, struct ft_member *member,
                 struct ft_error *err)
{
    return ft_member_do(fleet, member, settle_job, NULL, err);
}

static int
remove_job(struct ft_ssh *session, void *data, struct ft_error *err)
{
    const struct install *install = data;

    return ft_install_remove(session, install->purge, err);
}

int
ft_member_uninstall(struct ft_fleet *fleet, struct ft_member *member,
                    bool purge, struct ft_error *err)
{
    struct install install = { .purge = purge };
    int rc = ft_member_do(fleet, member, remove_job, &install, err);

    if (member->host != NULL)
        ft_hub_reopen(member->host);
    return rc;
}
