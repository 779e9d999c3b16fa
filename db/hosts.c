/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/clock.h"
#include "db/statement.h"
#include "db/store.h"
#include "db/transaction.h"

#define H struct ft_store_host
#define HOST_COLUMNS                                        \
    "name, address, identity, hypervisor, engine_version, " \
    "added_at, seen_at, host_key"

static const struct ft_field host_items[] = {
    FT_FIELD(FT_FIELD_TEXT, H, name),
    FT_FIELD(FT_FIELD_TEXT, H, address),
    FT_FIELD(FT_FIELD_TEXT, H, identity),
    FT_FIELD(FT_FIELD_BOOLEAN, H, hypervisor),
    FT_FIELD(FT_FIELD_TEXT, H, engine_version),
    FT_FIELD(FT_FIELD_INTEGER, H, added_at),
    FT_FIELD(FT_FIELD_INTEGER, H, seen_at),
    FT_FIELD(FT_FIELD_TEXT, H, host_key),
    FT_FIELD(FT_FIELD_INTEGER, H, id), /* no parameters of INSERT from here on */
    FT_FIELD(FT_FIELD_INTEGER, H, maintenance_at),
};
static const struct ft_fields host_row = FT_FIELDS(host_items, H);
static const struct ft_fields host_values = { host_items,
                                              FT_ARRAY_SIZE(host_items) - 2,
                                              sizeof(H) };

int
ft_store_host_put(struct ft_store *store, struct ft_store_host *host,
                  struct ft_error *err)
{
    int rc =
        ft_sql_put(store, err,
                   "INSERT INTO hosts (" HOST_COLUMNS ") "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                   "ON CONFLICT (name) DO UPDATE SET address = ?2, identity = ?3, "
                   "hypervisor = ?4, engine_version = ?5, seen_at = ?7, "
                   "host_key = CASE ?8 WHEN '' THEN host_key ELSE ?8 END",
                   &host_values, host);

    if (rc)
        return rc;
    return ft_sql_number(store, err, &host->id,
                         "SELECT id FROM hosts WHERE name = ?", "s", host->name);
}

int
ft_store_host_seen(struct ft_store *store, const char *name, int64_t at,
                   struct ft_error *err)
{
    return ft_sql_run(store, err,
                      "UPDATE hosts SET seen_at = ?2 "
                      "WHERE name = ?1 AND seen_at < ?2",
                      "si", name, at);
}

int
ft_store_host_pin(struct ft_store *store, const char *name,
                  const char *host_key, struct ft_error *err)
{
    return ft_sql_run(store, err,
                      "UPDATE hosts SET host_key = ?2 "
                      "WHERE name = ?1 AND host_key = ''",
                      "ss", name, host_key);
}

int
ft_store_host_get(struct ft_store *store, const char *name,
                  struct ft_store_host *host, struct ft_error *err)
{
    int rc = ft_sql_get(store, err, &host_row, host,
                        "SELECT " HOST_COLUMNS ", id, maintenance_at "
                        "FROM hosts WHERE name = ?",
                        "s", name);

    if (rc == -ENOENT)
        return ft_fail(err, ENOENT,
                       "ftadmin host list shows the known hosts, "
                       "ftadmin host add adds one",
                       "no host named %s", name);
    return rc;
}

int
ft_store_host_list(struct ft_store *store, struct ft_store_host **hosts,
                   size_t *count, struct ft_error *err)
{
    return ft_sql_list(store, err, &host_row, hosts, count,
                       "SELECT " HOST_COLUMNS ", id, maintenance_at "
                       "FROM hosts ORDER BY name",
                       "");
}

/* What is left there of pairs that their VMs have left, for another one or because the
 * VM's own host has let go, goes with the host. */
#define LEFT                                                  \
    "phase = 'removing' AND standby_host = ?1 AND ("          \
    "EXISTS (SELECT 1 FROM pairs AS other WHERE "             \
    "other.vm_uuid = pairs.vm_uuid AND "                      \
    "other.phase <> 'removing' AND ?1 NOT IN "                \
    "(other.primary_host, other.standby_host)) OR "           \
    "EXISTS (SELECT 1 FROM journal WHERE "                    \
    "journal.pair = pairs.pair AND step = 'pair-remove' AND " \
    "journal.state = 'done' AND host = pairs.primary_host))"

int
ft_store_host_check_unused(struct ft_store *store, const char *name,
                           struct ft_error *err)
{
    int64_t used = 0;
    int rc = ft_sql_number(store, err, &used,
                           "SELECT count(*) FROM pairs WHERE "
                           "?1 IN (primary_host, standby_host, witness_host) "
                           "AND NOT (" LEFT ")",
                           "s", name);

    if (rc || !used)
        return rc;
    return ft_fail(err, EBUSY, "unprotect those VMs first (ftadmin status)",
                   "%s is used by %d protected VM%s", name, (int)used,
                   used == 1 ? "" : "s");
}

static int
delete_host(struct ft_store *store, const char *name, struct ft_error *err)
{
    struct ft_store_host host;
    int rc = ft_store_host_get(store, name, &host, err);

    if (!rc)
        rc = ft_store_host_check_unused(store, name, err);
    if (!rc)
        rc = ft_sql_run(store, err, "DELETE FROM pairs WHERE " LEFT, "s", name);
    if (!rc)
        rc = ft_sql_run(store, err, "DELETE FROM hosts WHERE name = ?", "s",
                        name);
    return rc;
}

int
ft_store_host_remove(struct ft_store *store, const char *name,
                     struct ft_error *err)
{
    bool own;
    int rc = ft_sql_enter(store, &own, err);

    if (rc)
        return rc;
    return ft_sql_finish(store, own, delete_host(store, name, err), err);
}

int
ft_store_facts_put(struct ft_store *store, int64_t host, const json_t *facts,
                   struct ft_error *err)
{
    FT_AUTOFREE char *text = json_dumps(facts, JSON_COMPACT);

    if (!text)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    return ft_sql_run(store, err,
                      "UPDATE hosts SET facts = ?1, facts_at = ?2 WHERE id = ?3",
                      "sii", text, ft_clock_realtime_ns() / FT_NS_PER_MS, host);
}

int
ft_store_facts_get(struct ft_store *store, int64_t host, json_t **facts,
                   int64_t *at, struct ft_error *err)
{
    int rc = ft_sql_json(store, err, facts, at,
                         "SELECT facts, facts_at FROM hosts WHERE id = ?", "i",
                         host);

    if (rc == -ENOENT)
        return ft_fail(err, ENOENT, "ftadmin host add looks at the host again",
                       "nothing is known about that host yet");
    return rc;
}
