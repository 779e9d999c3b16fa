/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the administrator wants of placement. Threads and errors as db/store.h.
 */
#ifndef FT_DB_RULES_H
#define FT_DB_RULES_H

#include "db/store.h"

struct ft_store_rule {
    int64_t id;
    char kind[FT_STORE_WORD]; /* "apart" */
    char first[FT_STORE_NAME],
        second[FT_STORE_NAME]; /* VMs, names or UUIDs, sorted */
    int64_t made_at;
};

/* Sorts the two and sets rule->id; -EEXIST. */
int ft_store_rule_add(struct ft_store *store, struct ft_store_rule *rule,
                      struct ft_error *err);

/* -ENOENT: there is none of this id. */
int ft_store_rule_remove(struct ft_store *store, int64_t id,
                         struct ft_error *err);

/* All, oldest first. */
int ft_store_rule_list(struct ft_store *store, struct ft_store_rule **rules,
                       size_t *count, struct ft_error *err);

#endif
