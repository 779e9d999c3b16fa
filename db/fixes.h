/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was changed on hosts to mend what a check of a VM found (plan/fixes.h), until it
 * is taken back. Threads and errors as db/store.h.
 */
#ifndef FT_DB_FIXES_H
#define FT_DB_FIXES_H

#include "db/store.h"

struct ft_store_fix {
    int64_t id;
    char vm_uuid[FT_STORE_UUID];
    char vm[FT_STORE_NAME];
    char host[FT_STORE_NAME];
    char kind[FT_STORE_NAME]; /* ft_fix_word */
    char object[FT_STORE_NAME];
    char who[FT_STORE_NAME];
    int64_t begun_at, done_at, undone_at; /* ms since 1970; 0: not yet */
};

/* Before it is done; sets the id. */
int ft_store_fix_begin(struct ft_store *store, struct ft_store_fix *fix,
                       struct ft_error *err);

/* It was done; and taken back; and there was nothing to be done. */
int ft_store_fix_done(struct ft_store *store, int64_t id, int64_t at,
                      struct ft_error *err);
int ft_store_fix_undone(struct ft_store *store, int64_t id, int64_t at,
                        struct ft_error *err);
int ft_store_fix_drop(struct ft_store *store, int64_t id, struct ft_error *err);

/* Those of a VM, by its name or UUID, that are not taken back, newest first. */
int ft_store_fix_list(struct ft_store *store, const char *vm,
                      struct ft_store_fix **fixes, size_t *count,
                      struct ft_error *err);

#endif
