/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/measured-rows.h"

#include <string.h>

#include "base/json.h"
#include "plan/flushes.h"
#include "plan/throughput.h"
#include "ui/model/host-rows.h"

json_t *
ft_link_rate_rows(const struct ft_store_link_rate *rates, size_t count,
                  int64_t now)
{
    json_t *rows = json_array();
    char text[FT_RATE_TEXT];

    for (size_t i = 0; i < count; i++) {
        ft_link_rate_text(rates[i].bytes_per_s, text);
        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:s,s:o,s:s,s:o}", "host",
                                        rates[i].to, "address", rates[i].address,
                                        "nic", rates[i].nic, "bytes_per_s",
                                        ft_json_figure(rates[i].bytes_per_s),
                                        "carries", text, "age_s",
                                        ft_row_age(rates[i].at, now)));
    }
    return rows;
}

static const struct ft_store_pool_flush *
find(const struct ft_store_pool_flush *flushes, size_t count, const char *pool)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(flushes[i].pool, pool) == 0)
            return &flushes[i];
    return NULL;
}

static json_t *
members(const struct ft_store_pool_flush *flush, int64_t now)
{
    char text[FT_FLUSH_TEXT];

    if (flush == NULL)
        return json_pack("{s:n,s:n,s:n,s:n}", "flush_p50_us", "flush_p90_us",
                         "flush", "flush_age_s");
    ft_flush_text(flush->p90_us, text);
    return json_pack("{s:I,s:I,s:s,s:o}", "flush_p50_us",
                     (json_int_t)flush->p50_us, "flush_p90_us",
                     (json_int_t)flush->p90_us, "flush", text, "flush_age_s",
                     ft_row_age(flush->at, now));
}

void
ft_pool_flush_add(json_t *pools, const struct ft_store_pool_flush *flushes,
                  size_t count, int64_t now)
{
    json_t *row;
    size_t i;

    json_array_foreach(pools, i, row)
        json_object_update_new(row,
                               members(find(flushes, count,
                                            ft_json_string(row, "name", "")),
                                       now));
}
