/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/facts-history.h"

#include "base/cleanup.h"
#include "db/statement.h"

#define P struct ft_store_past_facts

static const struct ft_field past_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, P, id),
    FT_FIELD(FT_FIELD_INTEGER, P, at),
};
static const struct ft_fields past_row = FT_FIELDS(past_items, P);

int
ft_store_past_facts_put(struct ft_store *store, int64_t host, int64_t at,
                        const json_t *facts, struct ft_error *err)
{
    FT_AUTOFREE char *text = json_dumps(facts, JSON_COMPACT);
    int rc;

    if (!text)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rc = ft_sql_run(store, err,
                    "INSERT INTO facts_history (host, at, facts) "
                    "VALUES (?, ?, ?)",
                    "iis", host, at, text);
    return rc ? rc
              : ft_sql_run(store, err,
                           "DELETE FROM facts_history WHERE host = ?1 AND id <= "
                           "(SELECT id FROM facts_history WHERE host = ?1 "
                           "ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                           "ii", host, (int64_t)FT_STORE_FACTS_KEPT);
}

int
ft_store_past_facts_list(struct ft_store *store, int64_t host,
                         struct ft_store_past_facts **list, size_t *count,
                         struct ft_error *err)
{
    return ft_sql_list(store, err, &past_row, list, count,
                       "SELECT id, at FROM facts_history WHERE host = ? "
                       "ORDER BY id DESC",
                       "i", host);
}

int
ft_store_past_facts_get(struct ft_store *store, int64_t host, int64_t id,
                        json_t **facts, int64_t *at, struct ft_error *err)
{
    return ft_sql_json(store, err, facts, at,
                       "SELECT facts, at FROM facts_history WHERE host = ?1 AND "
                       "(?2 = 0 OR id = ?2) ORDER BY id DESC LIMIT 1",
                       "ii", host, id);
}
