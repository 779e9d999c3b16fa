/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/vm-rows.h"

#include <string.h>

#include "base/json.h"
#include "ui/model/host-rows.h"
#include "ui/model/pair-rows.h"

static bool
is_waiting_copy(const json_t *pair, const struct ft_store_vm *vm)
{
    return pair && strcmp(ft_json_string(pair, "primary", vm->host_name),
                          vm->host_name) != 0;
}

static json_t *
make_row(const json_t *pair, const struct ft_store_vm *vm, int64_t now)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:o}", "vm", vm->name,
                     "uuid", vm->uuid, "host", vm->host_name, "state",
                     vm->state, "protection",
                     pair ? ft_json_string(pair, "state", "unknown") : "none",
                     "vcpus", (json_int_t)vm->vcpus, "memory",
                     (json_int_t)vm->memory, "disk_bytes",
                     (json_int_t)vm->disk_bytes, "age_s",
                     ft_row_age(vm->seen_at, now));
}

json_t *
ft_vm_rows(const struct ft_store_vm *vms, size_t count, const json_t *pairs,
           int64_t now)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++) {
        const json_t *pair = ft_pair_find(pairs, vms[i].uuid);

        if (!is_waiting_copy(pair, &vms[i]))
            json_array_append_new(rows, make_row(pair, &vms[i], now));
    }
    return rows;
}
