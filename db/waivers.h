/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings of checks that the administrator has accepted, with his reason. Threads
 * and errors as db/store.h.
 */
#ifndef FT_DB_WAIVERS_H
#define FT_DB_WAIVERS_H

#include "db/store.h"

struct ft_store_waiver {
    int64_t id;
    char vm_uuid[FT_STORE_UUID];
    char vm[FT_STORE_NAME];
    char check[FT_STORE_NAME];    /* the check's id */
    char subject[FT_STORE_NAME];  /* what it was found of */
    char evidence[FT_STORE_TEXT]; /* and what was found */
    char reason[FT_STORE_TEXT];
    char who[FT_STORE_NAME];
    int64_t given_at, ended_at;   /* ms since 1970; 0: in force */
    char ended_by[FT_STORE_TEXT]; /* what was found then, or who took it back */
};

/* In the place of the one in force for the same finding, which ends. */
int ft_store_waiver_put(struct ft_store *store,
                        const struct ft_store_waiver *waiver,
                        struct ft_error *err);

/* Ends one that is in force; no error when it has ended. */
int ft_store_waiver_end(struct ft_store *store, int64_t id, int64_t at,
                        const char *by, struct ft_error *err);

/* Those of a VM (NULL: of all), newest last; all: also those that have ended. */
int ft_store_waiver_list(struct ft_store *store, const char *vm_uuid, bool all,
                         struct ft_store_waiver **waivers, size_t *count,
                         struct ft_error *err);

#endif
