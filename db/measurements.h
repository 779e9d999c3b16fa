/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured of VMs that nobody protects (pair/measured.h), the last time of
 * each. Threads and errors as db/store.h.
 */
#ifndef FT_DB_MEASUREMENTS_H
#define FT_DB_MEASUREMENTS_H

#include <jansson.h>

#include "db/store.h"

/* In the place of an earlier one. at: ms since 1970. */
int ft_store_measurement_put(struct ft_store *store, const char *vm_uuid,
                             const char *vm, int64_t at, const json_t *document,
                             struct ft_error *err);

/* -ENOENT without touching err: none is kept. *document is a new reference. */
int ft_store_measurement_get(struct ft_store *store, const char *vm_uuid,
                             json_t **document, int64_t *at,
                             struct ft_error *err);

#endif
