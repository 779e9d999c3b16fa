/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows about hosts (schema 1 of --json): as the database knows them, and as
 * they answer now. Pure; any thread. Rows are new and the caller's, NULL when
 * there is no memory. Times are ms of CLOCK_REALTIME.
 */
#ifndef FT_UI_MODEL_HOST_ROWS_H
#define FT_UI_MODEL_HOST_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "db/store.h"
#include "inventory/host.h"

/* Seconds since at, not below 0; null for 0, which is never. */
json_t *ft_row_age(int64_t at, int64_t now);

/* "hypervisor" or "witness". */
const char *ft_host_kind(const struct ft_store_host *host);

/* Of `host list`. */
json_t *ft_host_list_row(const struct ft_store_host *host, size_t vms,
                         int64_t now);

/* Of `host show`, without facts and with empty lists. */
json_t *ft_host_record(const struct ft_store_host *host, int64_t now);

/* Of `host add`. error NULL: it was added, and facts (may be NULL) found. */
json_t *ft_host_added_row(const struct ft_store_host *host,
                          const struct ft_error *error,
                          const struct ft_host *facts);

/* The lists of `host show`, arrays. */
json_t *ft_nic_rows(const struct ft_store_nic *nics, size_t count);
json_t *ft_network_rows(const struct ft_store_network *networks, size_t count);
json_t *ft_pool_rows(const struct ft_store_pool *pools, size_t count);
json_t *ft_host_vm_rows(const struct ft_store_vm *vms, size_t count);

#endif
