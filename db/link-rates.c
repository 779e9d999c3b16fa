/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/link-rates.h"

#include "db/statement.h"

#define R struct ft_store_link_rate

static const struct ft_field rate_items[] = {
    FT_FIELD(FT_FIELD_TEXT, R, from),        FT_FIELD(FT_FIELD_TEXT, R, to),
    FT_FIELD(FT_FIELD_TEXT, R, address),     FT_FIELD(FT_FIELD_TEXT, R, nic),
    FT_FIELD(FT_FIELD_REAL, R, bytes_per_s), FT_FIELD(FT_FIELD_INTEGER, R, at),
};
static const struct ft_fields rate_row = FT_FIELDS(rate_items, R);

int
ft_store_link_rate_put(struct ft_store *store,
                       const struct ft_store_link_rate *rate,
                       struct ft_error *err)
{
    return ft_sql_put(store, err,
                      "INSERT OR REPLACE INTO link_rates "
                      "(from_host, to_host, address, nic, bytes_per_s, at) "
                      "SELECT a.id, b.id, ?3, ?4, ?5, ?6 FROM hosts a, hosts b "
                      "WHERE a.name = ?1 AND b.name = ?2",
                      &rate_row, rate);
}

int
ft_store_link_rate_list(struct ft_store *store, int64_t host,
                        struct ft_store_link_rate **rates, size_t *count,
                        struct ft_error *err)
{
    return ft_sql_list(store, err, &rate_row, rates, count,
                       "SELECT a.name, b.name, r.address, r.nic, r.bytes_per_s, "
                       "r.at FROM link_rates r JOIN hosts a ON a.id = r.from_host "
                       "JOIN hosts b ON b.id = r.to_host WHERE r.from_host = ? "
                       "ORDER BY b.name, r.address",
                       "i", host);
}
