/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/pool-flushes.h"

#include "db/statement.h"

#define R struct ft_store_pool_flush

static const struct ft_field flush_items[] = {
    FT_FIELD(FT_FIELD_TEXT, R, host),
    FT_FIELD(FT_FIELD_TEXT, R, pool),
    FT_FIELD(FT_FIELD_INTEGER, R, p50_us),
    FT_FIELD(FT_FIELD_INTEGER, R, p90_us),
    FT_FIELD(FT_FIELD_INTEGER, R, at),
};
static const struct ft_fields flush_row = FT_FIELDS(flush_items, R);

int
ft_store_pool_flush_put(struct ft_store *store,
                        const struct ft_store_pool_flush *flush,
                        struct ft_error *err)
{
    return ft_sql_put(store, err,
                      "INSERT OR REPLACE INTO pool_flushes "
                      "(host, pool, p50_us, p90_us, at) "
                      "SELECT id, ?2, ?3, ?4, ?5 FROM hosts WHERE name = ?1",
                      &flush_row, flush);
}

int
ft_store_pool_flush_list(struct ft_store *store, int64_t host,
                         struct ft_store_pool_flush **flushes, size_t *count,
                         struct ft_error *err)
{
    return ft_sql_list(store, err, &flush_row, flushes, count,
                       "SELECT h.name, f.pool, f.p50_us, f.p90_us, f.at "
                       "FROM pool_flushes f JOIN hosts h ON h.id = f.host "
                       "WHERE f.host = ? ORDER BY f.pool",
                       "i", host);
}
