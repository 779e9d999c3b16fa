/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/waivers.h"

#include "db/statement.h"
#include "db/transaction.h"

#define W struct ft_store_waiver
#define COLUMNS                                                             \
    "id, vm_uuid, vm, check_id, subject, evidence, reason, who, given_at, " \
    "ended_at, ended_by"

static const struct ft_field waiver_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, W, id),
    FT_FIELD(FT_FIELD_TEXT, W, vm_uuid),
    FT_FIELD(FT_FIELD_TEXT, W, vm),
    FT_FIELD(FT_FIELD_TEXT, W, check),
    FT_FIELD(FT_FIELD_TEXT, W, subject),
    FT_FIELD(FT_FIELD_TEXT, W, evidence),
    FT_FIELD(FT_FIELD_TEXT, W, reason),
    FT_FIELD(FT_FIELD_TEXT, W, who),
    FT_FIELD(FT_FIELD_INTEGER, W, given_at),
    FT_FIELD(FT_FIELD_INTEGER, W, ended_at),
    FT_FIELD(FT_FIELD_TEXT, W, ended_by),
};
static const struct ft_fields waiver_row = FT_FIELDS(waiver_items, W);

static int
put(struct ft_store *store, const struct ft_store_waiver *waiver,
    struct ft_error *err)
{
    int rc = ft_sql_run(store, err,
                        "UPDATE waivers SET ended_at = ?, ended_by = ? WHERE "
                        "ended_at = 0 AND vm_uuid = ? AND check_id = ? AND "
                        "subject = ?",
                        "issss", waiver->given_at, "another waiver",
                        waiver->vm_uuid, waiver->check, waiver->subject);

    if (rc)
        return rc;
    return ft_sql_put(store, err,
                      "INSERT INTO waivers (" COLUMNS ") VALUES "
                      "(nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                      &waiver_row, waiver);
}

int
ft_store_waiver_put(struct ft_store *store,
                    const struct ft_store_waiver *waiver, struct ft_error *err)
{
    bool own;
    int rc = ft_sql_enter(store, &own, err);

    return rc ? rc : ft_sql_finish(store, own, put(store, waiver, err), err);
}

int
ft_store_waiver_end(struct ft_store *store, int64_t id, int64_t at,
                    const char *by, struct ft_error *err)
{
    return ft_sql_run(store, err,
                      "UPDATE waivers SET ended_at = ?, ended_by = ? WHERE "
                      "id = ? AND ended_at = 0",
                      "isi", at, by, id);
}

int
ft_store_waiver_list(struct ft_store *store, const char *vm_uuid, bool all,
                     struct ft_store_waiver **waivers, size_t *count,
                     struct ft_error *err)
{
    return ft_sql_list(store, err, &waiver_row, waivers, count,
                       "SELECT " COLUMNS " FROM waivers WHERE "
                       "(?1 IS NULL OR vm_uuid = ?1) AND (?2 OR ended_at = 0) "
                       "ORDER BY id",
                       "si", vm_uuid, (int64_t)all);
}
