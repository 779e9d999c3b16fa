/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to db/: a database that cannot be written, read as it is into
 * memory. Reading a file in WAL mode needs files beside it, and bringing its
 * schema up to date needs the file itself; a copy needs neither.
 */
#ifndef FT_DB_COPY_H
#define FT_DB_COPY_H

#include "base/error.h"
#include "db/statement.h"

/* Whether this error of opening means that only writing is impossible. */
bool ft_copy_helps(int rc);

/*
 * Makes store->db a copy of store->path in memory, whatever it was before.
 * Errors as ft_store_open.
 */
int ft_copy_to_memory(struct ft_store *store, struct ft_error *err);

#endif
