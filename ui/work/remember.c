/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/remember.h"

#include <string.h>

#include "db/link-rates.h"
#include "db/pool-flushes.h"
#include "plan/plan.h"
#include "remote/reach.h"
#include "ui/model/copy.h"
#include "ui/model/stored-pair.h"
#include "ui/model/topology.h"
#include "ui/work/host-past.h"

static int
put_topology(struct ft_store *store, int64_t host, const struct ft_host *facts,
             struct ft_error *err)
{
    struct ft_topology topology;
    int rc = ft_topology_make(facts, &topology, err);

    if (!rc)
        rc = ft_store_topology_put(store, host, &topology.rows, err);
    ft_topology_free(&topology);
    return rc;
}

static int
put_all(struct ft_store *store, struct ft_store_host *host,
        const struct ft_member *member, struct ft_error *err)
{
    int rc = ft_store_host_put(store, host, err);

    if (!rc && member->facts_json)
        rc = ft_store_facts_put(store, host->id, member->facts_json, err);
    if (!rc && member->facts_json)
        rc = ft_work_host_past_keep(store, host->id, host->seen_at,
                                    member->facts_json, err);
    return rc ? rc : put_topology(store, host->id, member->facts, err);
}

/* One that has had VMs is no witness because its libvirt does not answer now. */
static int
check_libvirt(struct ft_store *store, const struct ft_member *member,
              struct ft_error *err)
{
    struct ft_store_host known;

    if (*member->facts->libvirt.version ||
        ft_store_host_get(store, member->name, &known, NULL) ||
        !known.hypervisor)
        return 0;
    return ft_reach_fail(err, FT_REACH_LIBVIRT_REFUSED,
                         "Start libvirtd there; to use the host as a witness "
                         "only, remove it before: ftadmin host remove.",
                         "%s: its libvirt does not answer: %s", member->name,
                         member->facts->libvirt.error);
}

int
ft_work_remember(struct ft_store *store, struct ft_store_host *host,
                 const struct ft_member *member, struct ft_error *err)
{
    char version[64];
    int rc;

    if (!member->facts)
        return 0;
    rc = check_libvirt(store, member, err);
    if (rc)
        return rc;
    ft_member_version(member, version, sizeof(version));
    ft_member_host_key(member, host->host_key, sizeof(host->host_key));
    host->seen_at = ft_work_now_ms();
    host->added_at = host->added_at ? host->added_at : host->seen_at;
    host->hypervisor = *member->facts->libvirt.version != '\0';
    FT_COPY(host->engine_version,
            *version ? version : member->facts->engine_version);
    rc = ft_store_begin(store, err);
    if (rc)
        return rc;
    rc = put_all(store, host, member, err);
    if (!rc)
        return ft_store_commit(store, err);
    ft_store_rollback(store);
    return rc;
}

int
ft_work_remember_all(struct ft_work_fleet *fleet, struct ft_error *err)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < fleet->count; i++) {
        struct ft_error local = FT_ERROR_INIT;

        if (fleet->errors[i].code)
            continue;
        rc = ft_work_remember(fleet->work->store, &fleet->hosts[i],
                              fleet->fleet.members[i], &local);
        if (ft_reach_of(&local) == FT_REACH_LIBVIRT_REFUSED) {
            fleet->errors[i] = local;
            rc = 0;
        } else if (rc) {
            *err = local;
        }
    }
    return rc;
}

static void
remember_flushes(struct ft_store *store, const struct ft_host *host)
{
    struct ft_store_pool_flush flush = { .at = ft_work_now_ms() };

    FT_COPY(flush.host, host->name);
    for (size_t i = 0; i < host->pool_count; i++) {
        if (host->pools[i].flush_p90_us <= 0)
            continue;
        FT_COPY(flush.pool, host->pools[i].name);
        flush.p50_us = host->pools[i].flush_p50_us;
        flush.p90_us = host->pools[i].flush_p90_us;
        ft_store_pool_flush_put(store, &flush, NULL);
    }
}

static void
remember_rates(struct ft_store *store, const struct ft_plan *plan)
{
    struct ft_store_link_rate rate = { .at = ft_work_now_ms() };

    FT_COPY(rate.from, plan->primary);
    FT_COPY(rate.to, plan->standby);
    for (size_t i = 0; i < plan->rate_count; i++) {
        FT_COPY(rate.address, plan->rates[i].address);
        FT_COPY(rate.nic, plan->rates[i].nic);
        rate.bytes_per_s = plan->rates[i].bytes_per_s;
        ft_store_link_rate_put(store, &rate, NULL);
    }
    FT_COPY(rate.from, plan->standby);
    FT_COPY(rate.to, plan->primary);
    for (size_t i = 0; i < plan->rate_count; i++) {
        if (plan->rates[i].back_bytes_per_s <= 0)
            continue;
        FT_COPY(rate.address, plan->rates[i].back_address);
        FT_COPY(rate.nic, plan->rates[i].back_nic);
        rate.bytes_per_s = plan->rates[i].back_bytes_per_s;
        ft_store_link_rate_put(store, &rate, NULL);
    }
}

/* The others were only asked: a fleet of hundreds is not written for each VM, but where
 * none of them would do. */
static bool
is_of_plan(const struct ft_plan *plan, const char *host)
{
    return !*plan->standby || !strcmp(host, plan->standby) ||
           !strcmp(host, plan->primary) || !strcmp(host, plan->witness);
}

void
ft_work_remember_plan(struct ft_work_fleet *fleet, const struct ft_plan *plan)
{
    struct ft_store *store = fleet->work->store;

    for (size_t i = 0; i < fleet->count && !*fleet->fleet.recorded; i++) {
        const struct ft_member *member = fleet->fleet.members[i];

        if (fleet->errors[i].code || !is_of_plan(plan, member->name))
            continue;
        ft_work_remember(store, &fleet->hosts[i], member, NULL);
        if (member->facts)
            remember_flushes(store, member->facts);
    }
    remember_rates(store, plan);
}

int
ft_work_adopt(struct ft_store *store, const struct ft_store_pair *found,
              struct ft_error *err)
{
    struct ft_store_pair pair;
    int rc = ft_store_pair_get(store, found->pair, &pair, err);

    if (rc != -ENOENT)
        return rc;
    pair = *found;
    FT_COPY(pair.phase, "applied");
    pair.created_at = ft_work_now_ms();
    return ft_store_pair_put(store, &pair, err);
}

int
ft_work_remember_status(struct ft_store *store, const json_t *status,
                        struct ft_error *err)
{
    struct ft_store_pair pair;
    int rc;

    memset(&pair, 0, sizeof(pair));
    ft_stored_pair_fill(&pair, status);
    rc = ft_work_adopt(store, &pair, err);
    return rc ? rc
              : ft_store_status_put(store, pair.pair, status, ft_work_now_ms(),
                                    err);
}
