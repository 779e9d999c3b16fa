/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transactions of the topology database: all or nothing of what happens
 * between begin and commit. Everybody has them by store.h; the files of db/
 * use the inner ones. It rests on statement.h, and the store rests on it.
 *
 * Memory: none of its own. Threads: those of the store.
 * Errors: those of store.h.
 */
#ifndef FT_DB_TRANSACTION_H
#define FT_DB_TRANSACTION_H

#include <stdbool.h>

#include "base/error.h"

struct ft_store;

/* A transaction (BEGIN IMMEDIATE); every other function works in or outside one. */
int ft_store_begin(struct ft_store *store, struct ft_error *err);
int ft_store_commit(struct ft_store *store, struct ft_error *err);
void ft_store_rollback(struct ft_store *store);

/*
 * For db/ only: an inner transaction of a function that needs several
 * statements; joins the caller's when there is one. finish commits, or rolls
 * back when rc is not 0, and returns rc or the commit's error.
 */
int ft_sql_enter(struct ft_store *store, bool *own, struct ft_error *err);
int ft_sql_finish(struct ft_store *store, bool own, int rc,
                  struct ft_error *err);

#endif
