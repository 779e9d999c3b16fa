/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/measurements.h"

#include "base/cleanup.h"
#include "db/statement.h"

int
ft_store_measurement_put(struct ft_store *store, const char *vm_uuid,
                         const char *vm, int64_t at, const json_t *document,
                         struct ft_error *err)
{
    FT_AUTOFREE char *text = json_dumps(document, JSON_COMPACT);

    if (!text)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    return ft_sql_run(store, err,
                      "INSERT OR REPLACE INTO measurements "
                      "(vm_uuid, vm, at, document) VALUES (?, ?, ?, ?)",
                      "ssis", vm_uuid, vm, at, text);
}

int
ft_store_measurement_get(struct ft_store *store, const char *vm_uuid,
                         json_t **document, int64_t *at, struct ft_error *err)
{
    return ft_sql_json(store, err, document, at,
                       "SELECT document, at FROM measurements WHERE vm_uuid = ?",
                       "s", vm_uuid);
}
