/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the storage of hosts' pools took for a flush (plan/flushes.h), the last
 * time of each. Threads and errors as db/store.h.
 */
#ifndef FT_DB_POOL_FLUSHES_H
#define FT_DB_POOL_FLUSHES_H

#include "db/store.h"

struct ft_store_pool_flush {
    char host[FT_STORE_NAME], pool[FT_STORE_NAME];
    int64_t p50_us, p90_us;
    int64_t at; /* ms since 1970 */
};

/* In the place of an earlier one; nothing where the host is not known. */
int ft_store_pool_flush_put(struct ft_store *store,
                            const struct ft_store_pool_flush *flush,
                            struct ft_error *err);

/* Those of a host. *flushes is to be freed. */
int ft_store_pool_flush_list(struct ft_store *store, int64_t host,
                             struct ft_store_pool_flush **flushes,
                             size_t *count, struct ft_error *err);

#endif
