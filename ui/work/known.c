/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/known.h"

#include "base/cleanup.h"
#include "db/jobs.h"
#include "db/measurements.h"

static int
no_memory(struct ft_error *err)
{
    return ft_fail(err, ENOMEM, NULL, "out of memory");
}

int
ft_work_known_hosts(const struct ft_work *work, struct ft_live *live,
                    struct ft_error *err)
{
    struct ft_store_host *hosts = NULL;
    struct ft_store_vm *vms = NULL;
    size_t count = 0;
    int rc = ft_store_host_list(work->store, &hosts, &count, err);

    if (!rc && ft_live_set_hosts(live, hosts, count))
        rc = no_memory(err);
    if (!rc)
        rc = ft_store_vm_list(work->store, 0, &vms, &count, err);
    if (!rc)
        ft_live_set_vms(live, vms, count);
    return rc;
}

/* Those of jobs that run, of any ftadmin. */
static void
mark_at_work(const struct ft_work *work, struct ft_live *live)
{
    FT_AUTOFREE struct ft_store_job *jobs = NULL;
    size_t count = 0;

    if (ft_store_job_running(work->store, &jobs, &count, NULL))
        return;
    for (size_t i = 0; i < count; i++) {
        struct ft_live_stored *stored = ft_live_find_stored(live, jobs[i].pair);

        if (stored)
            stored->at_work = true;
    }
}

/* What was predicted of its VM when it was protected; mostly nothing was. */
static void
recall_estimate(const struct ft_work *work, struct ft_live_stored *stored)
{
    FT_AUTOJSON json_t *measured = NULL;
    int64_t at_ms;

    if (ft_store_measurement_get(work->store, stored->pair.vm_uuid, &measured,
                                 &at_ms, NULL) == 0)
        stored->estimate =
            json_incref(json_object_get(measured, FT_WORK_PREDICTED));
}

int
ft_work_known_pairs(const struct ft_work *work, struct ft_live *live,
                    struct ft_error *err)
{
    struct ft_store_pair *pairs = NULL;
    struct ft_error none = FT_ERROR_INIT;
    size_t count = 0;
    int rc = ft_store_pair_list(work->store, &pairs, &count, err);

    if (rc)
        return rc;
    if (ft_live_set_pairs(live, pairs, count))
        return no_memory(err);
    for (size_t i = 0; i < live->stored_count; i++)
        ft_store_status_get(work->store, live->stored[i].pair.pair,
                            &live->stored[i].status, &live->stored[i].at_ms,
                            &none);
    for (size_t i = 0; i < live->stored_count; i++)
        recall_estimate(work, &live->stored[i]);
    mark_at_work(work, live);
    return 0;
}
