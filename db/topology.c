/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/clock.h"
#include "db/statement.h"
#include "db/store.h"
#include "db/transaction.h"

#define NIC struct ft_store_nic
#define NETWORK struct ft_store_network
#define POOL struct ft_store_pool
#define VM struct ft_store_vm

static const struct ft_field nic_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, NIC, host),
    FT_FIELD(FT_FIELD_TEXT, NIC, name),
    FT_FIELD(FT_FIELD_TEXT, NIC, mac),
    FT_FIELD(FT_FIELD_TEXT, NIC, bridge),
    FT_FIELD(FT_FIELD_TEXT, NIC, addresses),
    FT_FIELD(FT_FIELD_INTEGER, NIC, speed_mbit),
    FT_FIELD(FT_FIELD_BOOLEAN, NIC, carrier),
};

static const struct ft_field network_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, NETWORK, host),
    FT_FIELD(FT_FIELD_TEXT, NETWORK, name),
    FT_FIELD(FT_FIELD_TEXT, NETWORK, kind),
    FT_FIELD(FT_FIELD_TEXT, NETWORK, bridge),
    FT_FIELD(FT_FIELD_BOOLEAN, NETWORK, active),
};

static const struct ft_field pool_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, POOL, host),
    FT_FIELD(FT_FIELD_TEXT, POOL, name),
    FT_FIELD(FT_FIELD_TEXT, POOL, kind),
    FT_FIELD(FT_FIELD_TEXT, POOL, path),
    FT_FIELD(FT_FIELD_INTEGER, POOL, capacity),
    FT_FIELD(FT_FIELD_INTEGER, POOL, available),
    FT_FIELD(FT_FIELD_BOOLEAN, POOL, active),
};

static const struct ft_field vm_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, VM, host),
    FT_FIELD(FT_FIELD_TEXT, VM, uuid),
    FT_FIELD(FT_FIELD_TEXT, VM, name),
    FT_FIELD(FT_FIELD_TEXT, VM, state),
    FT_FIELD(FT_FIELD_INTEGER, VM, memory),
    FT_FIELD(FT_FIELD_INTEGER, VM, vcpus),
    FT_FIELD(FT_FIELD_INTEGER, VM, disk_bytes),
    FT_FIELD(FT_FIELD_INTEGER, VM, seen_at),
    FT_FIELD(FT_FIELD_TEXT, VM, host_name), /* last: not a parameter of INSERT */
};

static const struct ft_fields nic_row = FT_FIELDS(nic_items, NIC);
static const struct ft_fields network_row = FT_FIELDS(network_items, NETWORK);
static const struct ft_fields pool_row = FT_FIELDS(pool_items, POOL);
static const struct ft_fields vm_row = FT_FIELDS(vm_items, VM);
static const struct ft_fields vm_values = { vm_items,
                                            FT_ARRAY_SIZE(vm_items) - 1,
                                            sizeof(VM) };

static const char *const forget_sql[] = {
    "DELETE FROM nics WHERE host = ?",
    "DELETE FROM networks WHERE host = ?",
    "DELETE FROM storage_pools WHERE host = ?",
    "DELETE FROM vms WHERE host = ?",
};

static int
forget(struct ft_store *store, int64_t host, struct ft_error *err)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < FT_ARRAY_SIZE(forget_sql); i++)
        rc = ft_sql_run(store, err, forget_sql[i], "i", host);
    return rc;
}

static int
put_nics(struct ft_store *store, int64_t host,
         const struct ft_store_topology *topology, struct ft_error *err)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < topology->nic_count; i++) {
        struct ft_store_nic nic = topology->nics[i];

        nic.host = host;
        rc = ft_sql_put(store, err,
                        "INSERT INTO nics VALUES "
                        "(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        &nic_row, &nic);
    }
    return rc;
}

static int
put_networks(struct ft_store *store, int64_t host,
             const struct ft_store_topology *topology, struct ft_error *err)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < topology->network_count; i++) {
        struct ft_store_network network = topology->networks[i];

        network.host = host;
        rc = ft_sql_put(store, err,
                        "INSERT INTO networks VALUES "
                        "(?1, ?2, ?3, ?4, ?5)",
                        &network_row, &network);
    }
    return rc;
}

static int
put_pools(struct ft_store *store, int64_t host,
          const struct ft_store_topology *topology, struct ft_error *err)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < topology->pool_count; i++) {
        struct ft_store_pool pool = topology->pools[i];

        pool.host = host;
        rc = ft_sql_put(store, err,
                        "INSERT INTO storage_pools VALUES "
                        "(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        &pool_row, &pool);
    }
    return rc;
}

static int
put_vms(struct ft_store *store, int64_t host,
        const struct ft_store_topology *topology, struct ft_error *err)
{
    int64_t now = ft_clock_realtime_ns() / FT_NS_PER_MS;
    int rc = 0;

    for (size_t i = 0; !rc && i < topology->vm_count; i++) {
        struct ft_store_vm vm = topology->vms[i];

        vm.host = host;
        vm.seen_at = vm.seen_at ? vm.seen_at : now;
        rc = ft_sql_put(store, err,
                        "INSERT INTO vms VALUES "
                        "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                        &vm_values, &vm);
    }
    return rc;
}

int
ft_store_topology_put(struct ft_store *store, int64_t host,
                      const struct ft_store_topology *topology,
                      struct ft_error *err)
{
    bool own;
    int rc = ft_sql_enter(store, &own, err);

    if (rc)
        return rc;
    rc = forget(store, host, err);
    if (!rc)
        rc = put_nics(store, host, topology, err);
    if (!rc)
        rc = put_networks(store, host, topology, err);
    if (!rc)
        rc = put_pools(store, host, topology, err);
    if (!rc)
        rc = put_vms(store, host, topology, err);
    return ft_sql_finish(store, own, rc, err);
}

int
ft_store_nic_list(struct ft_store *store, int64_t host,
                  struct ft_store_nic **items, size_t *count,
                  struct ft_error *err)
{
    return ft_sql_list(store, err, &nic_row, items, count,
                       "SELECT * FROM nics WHERE ?1 IN (0, host) "
                       "ORDER BY host, name",
                       "i", host);
}

int
ft_store_network_list(struct ft_store *store, int64_t host,
                      struct ft_store_network **items, size_t *count,
                      struct ft_error *err)
{
    return ft_sql_list(store, err, &network_row, items, count,
                       "SELECT * FROM networks WHERE ?1 IN (0, host) "
                       "ORDER BY host, kind, name",
                       "i", host);
}

int
ft_store_pool_list(struct ft_store *store, int64_t host,
                   struct ft_store_pool **items, size_t *count,
                   struct ft_error *err)
{
    return ft_sql_list(store, err, &pool_row, items, count,
                       "SELECT * FROM storage_pools WHERE ?1 IN (0, host) "
                       "ORDER BY host, name",
                       "i", host);
}

int
ft_store_vm_list(struct ft_store *store, int64_t host,
                 struct ft_store_vm **items, size_t *count, struct ft_error *err)
{
    return ft_sql_list(store, err, &vm_row, items, count,
                       "SELECT vms.*, hosts.name FROM vms "
                       "JOIN hosts ON hosts.id = vms.host "
                       "WHERE ?1 IN (0, host) ORDER BY vms.name, hosts.name",
                       "i", host);
}
