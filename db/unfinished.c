/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/unfinished.h"

#include "db/statement.h"

#define F struct ft_store_found
#define COLUMNS "pair, step, host, there, version, sha256, at"

static const struct ft_field found_items[] = {
    FT_FIELD(FT_FIELD_TEXT, F, pair),    FT_FIELD(FT_FIELD_TEXT, F, step),
    FT_FIELD(FT_FIELD_TEXT, F, host),    FT_FIELD(FT_FIELD_BOOLEAN, F, there),
    FT_FIELD(FT_FIELD_TEXT, F, version), FT_FIELD(FT_FIELD_TEXT, F, sha256),
    FT_FIELD(FT_FIELD_INTEGER, F, at),
};
static const struct ft_fields found_row = FT_FIELDS(found_items, F);

int
ft_store_found_put(struct ft_store *store, const struct ft_store_found *found,
                   struct ft_error *err)
{
    return ft_sql_put(store, err,
                      "INSERT INTO found (" COLUMNS ") VALUES "
                      "(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                      "ON CONFLICT (pair, step, host) DO NOTHING",
                      &found_row, found);
}

int
ft_store_found_list(struct ft_store *store, const char *pair,
                    struct ft_store_found **found, size_t *count,
                    struct ft_error *err)
{
    return ft_sql_list(store, err, &found_row, found, count,
                       "SELECT " COLUMNS " FROM found WHERE pair = ? "
                       "ORDER BY id",
                       "s", pair);
}

int
ft_store_found_remove(struct ft_store *store,
                      const struct ft_store_found *found, struct ft_error *err)
{
    return ft_sql_run(store, err,
                      "DELETE FROM found WHERE pair = ? AND step = ? AND "
                      "host = ?",
                      "sss", found->pair, found->step, found->host);
}

int
ft_store_chosen_put(struct ft_store *store, const char *pair,
                    const json_t *chosen, struct ft_error *err)
{
    FT_AUTOFREE char *text = json_dumps(chosen, JSON_COMPACT);

    if (!text)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    return ft_sql_run(store, err,
                      "INSERT OR REPLACE INTO chosen (pair, document) "
                      "VALUES (?, ?)",
                      "ss", pair, text);
}

int
ft_store_chosen_get(struct ft_store *store, const char *pair, json_t **chosen,
                    struct ft_error *err)
{
    int64_t unused;

    return ft_sql_json(store, err, chosen, &unused,
                       "SELECT document, 0 FROM chosen WHERE pair = ?", "s",
                       pair);
}

int
ft_store_unfinished_clear(struct ft_store *store, const char *pair,
                          struct ft_error *err)
{
    int rc =
        ft_sql_run(store, err, "DELETE FROM found WHERE pair = ?", "s", pair);

    return rc ? rc
              : ft_sql_run(store, err, "DELETE FROM chosen WHERE pair = ?", "s",
                           pair);
}
