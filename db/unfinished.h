/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of operations on pairs that have not ended: what was chosen, and
 * what their steps found on the hosts before they changed anything. It goes with the
 * pair. Memory, threads, errors: those of store.h.
 */
#ifndef FT_DB_UNFINISHED_H
#define FT_DB_UNFINISHED_H

#include "db/store.h"

struct ft_store_found {
    char pair[FT_STORE_UUID];
    char step[FT_STORE_WORD]; /* ft_step_kind_name */
    char host[FT_STORE_NAME];
    bool there;
    char version[FT_STORE_NAME];
    char sha256[FT_STORE_NAME]; /* of an engine that gives way; or empty */
    int64_t at;                 /* ms since 1970 */
};

/* Durable when it returns. What is known of this pair, step and host stays. */
int ft_store_found_put(struct ft_store *store,
                       const struct ft_store_found *found, struct ft_error *err);

/* In the order in which they were found. */
int ft_store_found_list(struct ft_store *store, const char *pair,
                        struct ft_store_found **found, size_t *count,
                        struct ft_error *err);

int ft_store_found_remove(struct ft_store *store,
                          const struct ft_store_found *found,
                          struct ft_error *err);

/* Replaces it; a JSON document. */
int ft_store_chosen_put(struct ft_store *store, const char *pair,
                        const json_t *chosen, struct ft_error *err);

/* *chosen is a new reference; -ENOENT. */
int ft_store_chosen_get(struct ft_store *store, const char *pair,
                        json_t **chosen, struct ft_error *err);

/* All of that of a pair is forgotten: it has ended. */
int ft_store_unfinished_clear(struct ft_store *store, const char *pair,
                              struct ft_error *err);

#endif
