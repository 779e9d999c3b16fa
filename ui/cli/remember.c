/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "ui/cli/fleet.h"

/* src/inventory and db/ share sizes of names; longer facts are cut for show. */
#define COPY(to, from) \
    snprintf((to), sizeof(to), "%.*s", (int)sizeof(to) - 1, (from))

static void
copy_addresses(const struct ft_nic *nic, char *out, size_t size)
{
    size_t used = 0;

    *out = '\0';
    for (size_t i = 0; i < nic->address_count && used < size; i++)
        used += snprintf(out + used, size - used, "%s%s/%d", used ? " " : "",
                         nic->addresses[i].text, nic->addresses[i].prefix);
}

static struct ft_store_nic *
convert_nics(const struct ft_host *facts)
{
    struct ft_store_nic *nics = calloc(facts->nic_count + 1, sizeof(*nics));

    for (size_t i = 0; nics && i < facts->nic_count; i++) {
        const struct ft_nic *from = &facts->nics[i];

        COPY(nics[i].name, from->name);
        COPY(nics[i].mac, from->mac);
        COPY(nics[i].bridge, from->master);
        copy_addresses(from, nics[i].addresses, sizeof(nics[i].addresses));
        nics[i].speed_mbit = FT_MAX(from->speed_mbps, 0);
        nics[i].carrier = from->carrier;
    }
    return nics;
}

/* Bridges of the host first, then libvirt's networks. */
static struct ft_store_network *
convert_networks(const struct ft_host *facts, size_t *count)
{
    struct ft_store_network *networks =
        calloc(facts->nic_count + facts->network_count + 1, sizeof(*networks));
    size_t used = 0;

    for (size_t i = 0; networks && i < facts->nic_count; i++) {
        if (!facts->nics[i].is_bridge)
            continue;
        COPY(networks[used].name, facts->nics[i].name);
        COPY(networks[used].bridge, facts->nics[i].name);
        COPY(networks[used].kind, "bridge");
        networks[used++].active = facts->nics[i].up;
    }
    for (size_t i = 0; networks && i < facts->network_count; i++) {
        COPY(networks[used].name, facts->networks[i].name);
        COPY(networks[used].bridge, facts->networks[i].bridge);
        COPY(networks[used].kind, "libvirt");
        networks[used++].active = facts->networks[i].active;
    }
    *count = used;
    return networks;
}

static struct ft_store_pool *
convert_pools(const struct ft_host *facts)
{
    struct ft_store_pool *pools = calloc(facts->pool_count + 1, sizeof(*pools));

    for (size_t i = 0; pools && i < facts->pool_count; i++) {
        COPY(pools[i].name, facts->pools[i].name);
        COPY(pools[i].kind, facts->pools[i].type);
        COPY(pools[i].path, facts->pools[i].path);
        pools[i].capacity =
            FT_MIN(facts->pools[i].capacity, (uint64_t)INT64_MAX);
        pools[i].available =
            FT_MIN(facts->pools[i].available, (uint64_t)INT64_MAX);
        pools[i].active = facts->pools[i].active;
    }
    return pools;
}

static struct ft_store_vm *
convert_vms(const struct ft_host *facts)
{
    struct ft_store_vm *vms = calloc(facts->domain_count + 1, sizeof(*vms));

    for (size_t i = 0; vms && i < facts->domain_count; i++) {
        const struct ft_domain *from = &facts->domains[i];

        COPY(vms[i].uuid, from->uuid);
        COPY(vms[i].name, from->name);
        COPY(vms[i].state, ft_domain_state_name(from->state));
        vms[i].memory = FT_MIN(from->memory, (uint64_t)INT64_MAX);
        vms[i].vcpus = from->vcpus;
        for (size_t d = 0; d < from->disk_count; d++)
            vms[i].disk_bytes +=
                FT_MIN(from->disks[d].capacity, (uint64_t)INT64_MAX >> 12);
    }
    return vms;
}

static int
put_topology(struct ft_store *store, int64_t host, const struct ft_host *facts,
             struct ft_error *err)
{
    struct ft_store_topology all = { .nic_count = facts->nic_count,
                                     .pool_count = facts->pool_count,
                                     .vm_count = facts->domain_count };
    FT_AUTOFREE struct ft_store_nic *nics = convert_nics(facts);
    FT_AUTOFREE struct ft_store_network *networks =
        convert_networks(facts, &all.network_count);
    FT_AUTOFREE struct ft_store_pool *pools = convert_pools(facts);
    FT_AUTOFREE struct ft_store_vm *vms = convert_vms(facts);

    if (!nics || !networks || !pools || !vms)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    all.nics = nics;
    all.networks = networks;
    all.pools = pools;
    all.vms = vms;
    return ft_store_topology_put(store, host, &all, err);
}

static int
put_all(struct ft_store *store, struct ft_store_host *host,
        const struct ft_member *member, struct ft_error *err)
{
    int rc = ft_store_host_put(store, host, err);

    if (!rc && member->facts_json)
        rc = ft_store_facts_put(store, host->id, member->facts_json, err);
    return rc ? rc : put_topology(store, host->id, member->facts, err);
}

int
ft_cli_remember(struct ft_store *store, struct ft_store_host *host,
                const struct ft_member *member, struct ft_error *err)
{
    int rc;

    if (!member->facts)
        return 0;
    host->seen_at = ft_cli_now_ms();
    host->added_at = host->added_at ? host->added_at : host->seen_at;
    host->hypervisor = *member->facts->libvirt.version != '\0';
    COPY(host->engine_version, member->control
                                   ? ft_control_engine_version(member->control)
                                   : member->facts->engine_version);
    rc = ft_store_begin(store, err);
    if (rc)
        return rc;
    rc = put_all(store, host, member, err);
    if (!rc)
        return ft_store_commit(store, err);
    ft_store_rollback(store);
    return rc;
}
