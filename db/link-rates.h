/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the networks between hosts carried (plan/throughput.h), the last time of each
 * path. Threads and errors as db/store.h.
 */
#ifndef FT_DB_LINK_RATES_H
#define FT_DB_LINK_RATES_H

#include "db/store.h"

struct ft_store_link_rate {
    char from[FT_STORE_NAME], to[FT_STORE_NAME]; /* names of hosts */
    char address[FT_STORE_NAME];                 /* of to */
    char nic[FT_STORE_NAME];                     /* of from */
    double bytes_per_s;
    int64_t at; /* ms since 1970 */
};

/* In the place of an earlier one; nothing where a host is not known. */
int ft_store_link_rate_put(struct ft_store *store,
                           const struct ft_store_link_rate *rate,
                           struct ft_error *err);

/* Those from a host, by the other's name. *rates is to be freed. */
int ft_store_link_rate_list(struct ft_store *store, int64_t host,
                            struct ft_store_link_rate **rates, size_t *count,
                            struct ft_error *err);

#endif
