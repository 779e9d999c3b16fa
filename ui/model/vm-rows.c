/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/vm-rows.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/host-rows.h"

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

/* {UUID of the VM: its pair} */
void
ft_vm_index(json_t *index, json_t *pair)
{
    const char *uuid = ft_json_string(pair, "uuid", "");

    if (!json_object_get(index, uuid))
        json_object_set(index, uuid, pair);
}

json_t *
ft_vm_row(const struct ft_store_vm *vm, const json_t *index, int64_t now)
{
    const json_t *pair = json_object_get(index, vm->uuid);

    return is_waiting_copy(pair, vm) ? NULL : make_row(pair, vm, now);
}

json_t *
ft_vm_rows(const struct ft_store_vm *vms, size_t count, const json_t *pairs,
           int64_t now)
{
    FT_AUTOJSON json_t *by_vm = json_object();
    json_t *rows = json_array(), *pair, *row;
    size_t index;

    json_array_foreach((json_t *)pairs, index, pair)
        ft_vm_index(by_vm, pair);
    for (size_t i = 0; i < count; i++) {
        row = ft_vm_row(&vms[i], by_vm, now);
        if (row)
            json_array_append_new(rows, row);
    }
    return rows;
}
