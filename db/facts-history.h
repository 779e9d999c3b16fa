/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hosts were at times before, for as long as it is kept. Who puts one decides
 * that it differs. Threads and errors as db/store.h.
 */
#ifndef FT_DB_FACTS_HISTORY_H
#define FT_DB_FACTS_HISTORY_H

#include <jansson.h>

#include "db/store.h"

#define FT_STORE_FACTS_KEPT 16 /* of each host; 200 hosts: some 30 MiB */

struct ft_store_past_facts {
    int64_t id; /* rises, of all hosts */
    int64_t at; /* ms since 1970: so it was from then on */
};

/* And drops the oldest over those that are kept. */
int ft_store_past_facts_put(struct ft_store *store, int64_t host, int64_t at,
                            const json_t *facts, struct ft_error *err);

/* Those of a host, the newest first. *list is to be freed. */
int ft_store_past_facts_list(struct ft_store *store, int64_t host,
                             struct ft_store_past_facts **list, size_t *count,
                             struct ft_error *err);

/* One of them, *facts a new reference; id 0: the newest. -ENOENT without touching
 * err. */
int ft_store_past_facts_get(struct ft_store *store, int64_t host, int64_t id,
                            json_t **facts, int64_t *at, struct ft_error *err);

#endif
