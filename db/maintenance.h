/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts under maintenance, and the VMs that were handed over for it. The truth is
 * with the host's engine; what is here is for when it does not answer, and for
 * what it does not know. Rules of store.h.
 */
#ifndef FT_DB_MAINTENANCE_H
#define FT_DB_MAINTENANCE_H

#include "db/store.h"

/* at 0: it is not, or no more. A host that is not known is no error. */
int ft_store_maintenance_put(struct ft_store *store, const char *host,
                             int64_t at, struct ft_error *err);

struct ft_store_handed_over {
    int64_t host; /* its id */
    char vm_uuid[FT_STORE_UUID];
    char vm[FT_STORE_NAME];
    int64_t at;
};

/* Said again, the time is the new one. */
int ft_store_handed_over_put(struct ft_store *store,
                             const struct ft_store_handed_over *handed,
                             struct ft_error *err);

/* It is back, or was not handed over. One that is not there is no error. */
int ft_store_handed_over_remove(struct ft_store *store, int64_t host,
                                const char *vm_uuid, struct ft_error *err);

/* Those of a host, by name. */
int ft_store_handed_over_list(struct ft_store *store, int64_t host,
                              struct ft_store_handed_over **list, size_t *count,
                              struct ft_error *err);

#endif
