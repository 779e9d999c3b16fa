/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/fixes.h"

#include "db/statement.h"

#define F struct ft_store_fix
#define COLUMNS \
    "id, vm_uuid, vm, host, kind, object, who, begun_at, done_at, undone_at"

static const struct ft_field fix_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, F, id),
    FT_FIELD(FT_FIELD_TEXT, F, vm_uuid),
    FT_FIELD(FT_FIELD_TEXT, F, vm),
    FT_FIELD(FT_FIELD_TEXT, F, host),
    FT_FIELD(FT_FIELD_TEXT, F, kind),
    FT_FIELD(FT_FIELD_TEXT, F, object),
    FT_FIELD(FT_FIELD_TEXT, F, who),
    FT_FIELD(FT_FIELD_INTEGER, F, begun_at),
    FT_FIELD(FT_FIELD_INTEGER, F, done_at),
    FT_FIELD(FT_FIELD_INTEGER, F, undone_at),
};
static const struct ft_fields fix_row = FT_FIELDS(fix_items, F);

int
ft_store_fix_begin(struct ft_store *store, struct ft_store_fix *fix,
                   struct ft_error *err)
{
    int rc;

    fix->id = 0;
    rc = ft_sql_put(store, err,
                    "INSERT INTO fixes (" COLUMNS ") VALUES "
                    "(nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    &fix_row, fix);
    if (!rc)
        fix->id = sqlite3_last_insert_rowid(store->db);
    return rc;
}

int
ft_store_fix_done(struct ft_store *store, int64_t id, int64_t at,
                  struct ft_error *err)
{
    return ft_sql_run(store, err, "UPDATE fixes SET done_at = ? WHERE id = ?",
                      "ii", at, id);
}

int
ft_store_fix_undone(struct ft_store *store, int64_t id, int64_t at,
                    struct ft_error *err)
{
    return ft_sql_run(store, err, "UPDATE fixes SET undone_at = ? WHERE id = ?",
                      "ii", at, id);
}

int
ft_store_fix_drop(struct ft_store *store, int64_t id, struct ft_error *err)
{
    return ft_sql_run(store, err, "DELETE FROM fixes WHERE id = ?", "i", id);
}

int
ft_store_fix_list(struct ft_store *store, const char *vm,
                  struct ft_store_fix **fixes, size_t *count,
                  struct ft_error *err)
{
    return ft_sql_list(store, err, &fix_row, fixes, count,
                       "SELECT " COLUMNS " FROM fixes WHERE undone_at = 0 AND "
                       "(vm_uuid = ?1 OR vm = ?1) ORDER BY id DESC",
                       "s", vm);
}
