/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/topology.h"

#include <string.h>

#include "base/cleanup.h"
#include "ui/model/copy.h"

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

        FT_COPY(nics[i].name, from->name);
        FT_COPY(nics[i].mac, from->mac);
        FT_COPY(nics[i].bridge, from->master);
        copy_addresses(from, nics[i].addresses, sizeof(nics[i].addresses));
        nics[i].speed_mbit = FT_MAX(from->speed_mbps, 0);
        nics[i].carrier = from->carrier;
    }
    return nics;
}

/* Bridges of the host first, those of Open vSwitch, then libvirt's networks. */
static struct ft_store_network *
convert_networks(const struct ft_host *facts, size_t *count)
{
    struct ft_store_network *networks =
        calloc(facts->nic_count + facts->ovs.bridge_count +
                   facts->network_count + 1,
               sizeof(*networks));
    size_t used = 0;

    for (size_t i = 0; networks && i < facts->nic_count; i++) {
        if (!facts->nics[i].is_bridge)
            continue;
        FT_COPY(networks[used].name, facts->nics[i].name);
        FT_COPY(networks[used].bridge, facts->nics[i].name);
        FT_COPY(networks[used].kind, "bridge");
        networks[used++].active = facts->nics[i].up;
    }
    for (size_t i = 0; networks && i < facts->ovs.bridge_count; i++) {
        FT_COPY(networks[used].name, facts->ovs.bridges[i].name);
        FT_COPY(networks[used].bridge, facts->ovs.bridges[i].name);
        FT_COPY(networks[used].kind, "openvswitch");
        networks[used++].active = true;
    }
    for (size_t i = 0; networks && i < facts->network_count; i++) {
        FT_COPY(networks[used].name, facts->networks[i].name);
        FT_COPY(networks[used].bridge, facts->networks[i].bridge);
        FT_COPY(networks[used].kind, "libvirt");
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
        FT_COPY(pools[i].name, facts->pools[i].name);
        FT_COPY(pools[i].kind, facts->pools[i].type);
        FT_COPY(pools[i].path, facts->pools[i].path);
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

        FT_COPY(vms[i].uuid, from->uuid);
        FT_COPY(vms[i].name, from->name);
        FT_COPY(vms[i].state, ft_domain_state_name(from->state));
        vms[i].memory = FT_MIN(from->memory, (uint64_t)INT64_MAX);
        vms[i].vcpus = from->vcpus;
        for (size_t d = 0; d < from->disk_count; d++)
            vms[i].disk_bytes +=
                FT_MIN(from->disks[d].capacity, (uint64_t)INT64_MAX >> 12);
    }
    return vms;
}

int
ft_topology_make(const struct ft_host *facts, struct ft_topology *topology,
                 struct ft_error *err)
{
    struct ft_store_topology *rows = &topology->rows;

    memset(topology, 0, sizeof(*topology));
    topology->nics = convert_nics(facts);
    topology->networks = convert_networks(facts, &rows->network_count);
    topology->pools = convert_pools(facts);
    topology->vms = convert_vms(facts);
    if (!topology->nics || !topology->networks || !topology->pools ||
        !topology->vms)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rows->nics = topology->nics;
    rows->nic_count = facts->nic_count;
    rows->networks = topology->networks;
    rows->pools = topology->pools;
    rows->pool_count = facts->pool_count;
    rows->vms = topology->vms;
    rows->vm_count = facts->domain_count;
    return 0;
}

void
ft_topology_free(struct ft_topology *topology)
{
    free(topology->nics);
    free(topology->networks);
    free(topology->pools);
    free(topology->vms);
    memset(topology, 0, sizeof(*topology));
}
