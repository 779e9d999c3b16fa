/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/operate.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "ui/work/journal.h"
#include "ui/work/locks.h"
#include "ui/work/remember.h"

/* The VM alone, and its hosts with others. */
static int
lock_pair(const struct ft_work *work, const char *verb,
          const struct ft_store_pair *pair, struct ft_error *err)
{
    const char *hosts[] = { pair->primary, pair->standby, pair->witness };
    char doing[FT_STORE_NAME];
    int rc;

    snprintf(doing, sizeof(doing), "%s %.200s", verb, pair->vm);
    rc = ft_work_lock_vm(work, pair->vm_uuid, doing, err);
    return rc ? rc
              : ft_work_share_hosts(work, hosts, FT_ARRAY_SIZE(hosts), doing,
                                    err);
}

int
ft_work_switchover_prepare(struct ft_work_fleet *fleet, const char *vm,
                           struct ft_work_pair *found, struct ft_error *err)
{
    int rc = ft_work_pair_find(fleet, vm, found, err);

    if (rc)
        return rc;
    if (!found->live)
        return ft_fail(err, EHOSTUNREACH, "ftadmin status shows what is known",
                       "no host that carries %s answers", vm);
    return lock_pair(fleet->work, "switchover", &found->pair, err);
}

int
ft_work_switchover(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
                   struct ft_switchover_result *result, struct ft_error *err)
{
    return ft_switchover(&fleet->fleet, &found->ref,
                         ft_work_timeout_ms(fleet->work, 0), result, err);
}

int
ft_work_unprotect_prepare(struct ft_work_fleet *fleet, const char *vm,
                          struct ft_work_pair *found, struct ft_error *err)
{
    char doing[FT_STORE_NAME];
    int rc;

    snprintf(doing, sizeof(doing), "unprotect %.200s", vm);
    rc = ft_work_lock_vm(fleet->work, vm, doing, err);
    if (!rc)
        rc = ft_work_pair_find(fleet, vm, found, err);
    if (!rc)
        rc = lock_pair(fleet->work, "unprotect", &found->pair, err);
    return rc ? rc : ft_work_adopt(fleet->work->store, &found->pair, err);
}

int
ft_work_unprotect(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
                  bool force, const struct ft_progress *progress,
                  struct ft_unprotect_result *result, struct ft_error *err)
{
    struct ft_journal_ops journal = ft_work_journal(fleet->work->store);

    return ft_unprotect(&fleet->fleet, &found->ref, force, progress, &journal,
                        result, err);
}

int
ft_work_verify_prepare(struct ft_work_fleet *fleet, const char *vm,
                       struct ft_work_pair *found, struct ft_error *err)
{
    int rc = ft_work_pair_find(fleet, vm, found, err);

    return rc ? rc : lock_pair(fleet->work, "verify", &found->pair, err);
}

int
ft_work_verify(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
               json_t **result, bool *differs, struct ft_error *err)
{
    return ft_verify(&fleet->fleet, &found->ref,
                     ft_work_timeout_ms(fleet->work, 0), result, differs, err);
}
