/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/rules.h"

#include <string.h>

#include "db/statement.h"

#define R struct ft_store_rule
#define COLUMNS "id, kind, first, second, made_at"

static const struct ft_field rule_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, R, id),      FT_FIELD(FT_FIELD_TEXT, R, kind),
    FT_FIELD(FT_FIELD_TEXT, R, first),      FT_FIELD(FT_FIELD_TEXT, R, second),
    FT_FIELD(FT_FIELD_INTEGER, R, made_at),
};
static const struct ft_fields rule_row = FT_FIELDS(rule_items, R);

int
ft_store_rule_add(struct ft_store *store, struct ft_store_rule *rule,
                  struct ft_error *err)
{
    char swapped[FT_STORE_NAME];
    int rc;

    if (strcmp(rule->first, rule->second) > 0) {
        strcpy(swapped, rule->first);
        strcpy(rule->first, rule->second);
        strcpy(rule->second, swapped);
    }
    rule->id = 0;
    rc = ft_sql_put(store, err,
                    "INSERT INTO rules (" COLUMNS ") VALUES "
                    "(nullif(?1, 0), ?2, ?3, ?4, ?5)",
                    &rule_row, rule);
    if (rc == -EEXIST)
        return ft_fail(err, EEXIST, "ftadmin rule list shows it",
                       "there is such a rule already: %s and %s", rule->first,
                       rule->second);
    if (!rc)
        rule->id = sqlite3_last_insert_rowid(store->db);
    return rc;
}

int
ft_store_rule_remove(struct ft_store *store, int64_t id, struct ft_error *err)
{
    int rc = ft_sql_run(store, err, "DELETE FROM rules WHERE id = ?", "i", id);

    if (!rc && sqlite3_changes(store->db) == 0)
        return ft_fail(err, ENOENT, "ftadmin rule list shows them",
                       "there is no rule %lld", (long long)id);
    return rc;
}

int
ft_store_rule_list(struct ft_store *store, struct ft_store_rule **rules,
                   size_t *count, struct ft_error *err)
{
    return ft_sql_list(store, err, &rule_row, rules, count,
                       "SELECT " COLUMNS " FROM rules ORDER BY id", "");
}
