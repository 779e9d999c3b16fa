/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/maintenance.h"

#include "db/statement.h"

#define O struct ft_store_handed_over
#define COLUMNS "host, vm_uuid, vm, at"

static const struct ft_field handed_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, O, host),
    FT_FIELD(FT_FIELD_TEXT, O, vm_uuid),
    FT_FIELD(FT_FIELD_TEXT, O, vm),
    FT_FIELD(FT_FIELD_INTEGER, O, at),
};
static const struct ft_fields handed_row = FT_FIELDS(handed_items, O);

int
ft_store_maintenance_put(struct ft_store *store, const char *host, int64_t at,
                         struct ft_error *err)
{
    return ft_sql_run(store, err,
                      "UPDATE hosts SET maintenance_at = ?2 "
                      "WHERE name = ?1 AND maintenance_at <> ?2",
                      "si", host, at);
}

int
ft_store_handed_over_put(struct ft_store *store,
                         const struct ft_store_handed_over *handed,
                         struct ft_error *err)
{
    return ft_sql_put(store, err,
                      "INSERT INTO handed_over (" COLUMNS ") "
                      "VALUES (?1, ?2, ?3, ?4) "
                      "ON CONFLICT (host, vm_uuid) DO UPDATE SET vm = ?3, "
                      "at = ?4",
                      &handed_row, handed);
}

int
ft_store_handed_over_remove(struct ft_store *store, int64_t host,
                            const char *vm_uuid, struct ft_error *err)
{
    return ft_sql_run(store, err,
                      "DELETE FROM handed_over WHERE host = ?1 AND vm_uuid = ?2",
                      "is", host, vm_uuid);
}

int
ft_store_handed_over_list(struct ft_store *store, int64_t host,
                          struct ft_store_handed_over **list, size_t *count,
                          struct ft_error *err)
{
    return ft_sql_list(store, err, &handed_row, list, count,
                       "SELECT " COLUMNS " FROM handed_over WHERE host = ?1 "
                       "ORDER BY vm, vm_uuid",
                       "i", host);
}
