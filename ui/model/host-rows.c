/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/host-rows.h"

#include "base/cleanup.h"
#include "base/json.h"

json_t *
ft_row_age(int64_t at, int64_t now)
{
    int64_t age = now - at;

    return at ? json_real(age > 0 ? (double)age / 1000 : 0) : json_null();
}

const char *
ft_host_kind(const struct ft_store_host *host)
{
    return host->hypervisor ? "hypervisor" : "witness";
}

/* For how long it is under maintenance; null: it is not. */
static json_t *
maintenance_of(const struct ft_store_host *host, int64_t now)
{
    return ft_row_age(host->maintenance_at, now);
}

json_t *
ft_host_list_row(const struct ft_store_host *host, size_t vms, int64_t now)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:I,s:o,s:o}", "name", host->name,
                     "address", host->address, "kind", ft_host_kind(host),
                     "engine", host->engine_version, "vms", (json_int_t)vms,
                     "maintenance_s", maintenance_of(host, now), "age_s",
                     ft_row_age(host->seen_at, now));
}

json_t *
ft_host_record(const struct ft_store_host *host, int64_t now)
{
    return json_pack("{s:s,s:s,s:s?,s:s,s:s,s:o,s:o,s:[],s:[],s:[],s:[]}",
                     "name", host->name, "address", host->address, "identity",
                     *host->identity ? host->identity : NULL, "kind",
                     ft_host_kind(host), "engine", host->engine_version,
                     "maintenance_s", maintenance_of(host, now), "age_s",
                     ft_row_age(host->seen_at, now), "nics", "networks",
                     "pools", "vms");
}

json_t *
ft_host_added_row(const struct ft_store_host *host,
                  const struct ft_error *error, const struct ft_host *facts)
{
    json_t *vms = !error && facts && host->hypervisor
                      ? json_integer(facts->domain_count)
                      : json_null();

    return json_pack("{s:s,s:s,s:s?,s:s?,s:o,s:s?}", "host", host->name,
                     "result", error ? "failed" : "added", "kind",
                     error ? NULL : ft_host_kind(host), "engine",
                     error ? NULL : host->engine_version, "vms", vms, "error",
                     error ? error->text : NULL);
}

json_t *
ft_nic_rows(const struct ft_store_nic *nics, size_t count)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:s,s:b,s:I,s:s}", "name",
                                        nics[i].name, "mac", nics[i].mac,
                                        "bridge", nics[i].bridge, "carrier",
                                        nics[i].carrier, "speed_mbit",
                                        (json_int_t)nics[i].speed_mbit,
                                        "addresses", nics[i].addresses));
    return rows;
}

json_t *
ft_network_rows(const struct ft_store_network *networks, size_t count)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:b}", "name",
                                              networks[i].name, "kind",
                                              networks[i].kind, "bridge",
                                              networks[i].bridge, "active",
                                              networks[i].active));
    return rows;
}

json_t *
ft_pool_rows(const struct ft_store_pool *pools, size_t count)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:s,s:b,s:I,s:I}", "name", pools[i].name,
                            "kind", pools[i].kind, "path", pools[i].path,
                            "active", pools[i].active, "capacity",
                            (json_int_t)pools[i].capacity, "available",
                            (json_int_t)pools[i].available));
    return rows;
}

json_t *
ft_host_vm_rows(const struct ft_store_vm *vms, size_t count)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:s,s:I,s:I,s:I}", "vm",
                                        vms[i].name, "uuid", vms[i].uuid,
                                        "state", vms[i].state, "vcpus",
                                        (json_int_t)vms[i].vcpus, "memory",
                                        (json_int_t)vms[i].memory, "disk_bytes",
                                        (json_int_t)vms[i].disk_bytes));
    return rows;
}
