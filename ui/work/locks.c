/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/locks.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define ASK_MS 100 /* how often for a lock that is waited for */

/* The uuid of the VMs of this name when there is just one, or the word itself. */
static void
name_vm(const struct ft_work *work, const char *vm, char *out, size_t size)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    const char *uuid = NULL;
    struct ft_store_pair pair;
    size_t count = 0;

    if (!ft_store_pair_get(work->store, vm, &pair, NULL)) {
        snprintf(out, size, "vm %s", pair.vm_uuid);
        return;
    }
    ft_store_vm_list(work->store, 0, &vms, &count, NULL);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(vms[i].name, vm) != 0)
            continue;
        if (uuid && strcmp(uuid, vms[i].uuid) != 0) {
            uuid = NULL; /* two VMs: another word will tell them apart */
            break;
        }
        uuid = vms[i].uuid;
    }
    snprintf(out, size, "vm %.200s", uuid ? uuid : vm);
}

int
ft_work_lock_vm(const struct ft_work *work, const char *vm, const char *doing,
                struct ft_error *err)
{
    char subject[FT_STORE_NAME];

    name_vm(work, vm, subject, sizeof(subject));
    return ft_store_lock(work->store, subject, FT_LOCK_ALONE, doing, err);
}

static void
name_host(const char *what, const char *host, char out[FT_STORE_NAME])
{
    snprintf(out, FT_STORE_NAME, "%s %.200s", what, host);
}

int
ft_work_lock_host(const struct ft_work *work, const char *host,
                  enum ft_lock_kind kind, const char *doing,
                  struct ft_error *err)
{
    char subject[FT_STORE_NAME];

    name_host("host", host, subject);
    return ft_store_lock(work->store, subject, kind, doing, err);
}

int
ft_work_share_hosts(const struct ft_work *work, const char *const hosts[],
                    size_t count, const char *doing, struct ft_error *err)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < count; i++)
        if (hosts[i] && *hosts[i])
            rc = ft_work_lock_host(work, hosts[i], FT_LOCK_SHARED, doing, err);
    return rc;
}

static int
take_engine(void *data, const char *host, struct ft_error *err)
{
    const struct ft_work_engines *engines = data;
    char subject[FT_STORE_NAME];

    name_host("engine of", host, subject);
    while (ft_store_lock(engines->work->store, subject, FT_LOCK_ALONE,
                         engines->doing, NULL) == -EBUSY) {
        if (ft_work_interrupted(engines->work))
            return ft_fail(err, EINTR, NULL,
                           "interrupted while another ftadmin installs the "
                           "engine on %s",
                           host);
        ft_clock_sleep(ASK_MS * FT_NS_PER_MS);
    }
    return 0;
}

static void
give_engine(void *data, const char *host)
{
    const struct ft_work_engines *engines = data;
    char subject[FT_STORE_NAME];

    name_host("engine of", host, subject);
    ft_store_unlock(engines->work->store, subject);
}

struct ft_engine_guard
ft_work_engine_guard(struct ft_work_engines *engines)
{
    return (struct ft_engine_guard){ take_engine, give_engine, engines };
}

void
ft_work_unlock(const struct ft_work *work)
{
    ft_store_unlock_all(work->store);
}
