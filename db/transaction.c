/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/transaction.h"

#include "db/statement.h"

int
ft_store_begin(struct ft_store *store, struct ft_error *err)
{
    return ft_sql_run(store, err, "BEGIN IMMEDIATE", "");
}

int
ft_store_commit(struct ft_store *store, struct ft_error *err)
{
    int rc = ft_sql_run(store, err, "COMMIT", "");

    if (rc)
        ft_store_rollback(store);
    return rc;
}

void
ft_store_rollback(struct ft_store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        ft_sql_run(store, NULL, "ROLLBACK", "");
}

int
ft_sql_enter(struct ft_store *store, bool *own, struct ft_error *err)
{
    *own = sqlite3_get_autocommit(store->db) != 0;
    return *own ? ft_store_begin(store, err) : 0;
}

int
ft_sql_finish(struct ft_store *store, bool own, int rc, struct ft_error *err)
{
    if (own && !rc)
        rc = ft_store_commit(store, err);
    else if (own)
        ft_store_rollback(store);
    return rc;
}
