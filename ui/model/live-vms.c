/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All VMs, as the hosts say now or the database has them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/copy.h"
#include "ui/model/live-rows.h"
#include "ui/model/vm-rows.h"

#define MACHINE_MS 15000 /* so long a look at a machine is worth something */

struct list {
    struct ft_store_vm *vms;
    size_t count, size;
};

static const json_t *
vms_of(const struct ft_live_host *host, int64_t now_ms)
{
    bool fresh = host->machine && now_ms - host->machine_ms <= MACHINE_MS &&
                 ft_live_is_live(host, now_ms);
    const json_t *vms = fresh ? json_object_get(host->machine, "vms") : NULL;

    return json_is_array(vms) ? vms : NULL;
}

/* Sizes of disks are in the database only: {UUID: bytes}. */
static json_t *
disk_sizes(const struct ft_live *live)
{
    json_t *sizes = json_object();

    for (size_t i = 0; i < live->vm_count; i++)
        json_object_set_new(sizes, live->vms[i].uuid,
                            json_integer(live->vms[i].disk_bytes));
    return sizes;
}

static void
add_from_machine(struct list *list, const struct ft_live_host *host,
                 const json_t *vm, const json_t *sizes, int64_t seen_at)
{
    struct ft_store_vm *to = &list->vms[list->count];

    if (list->count == list->size || !json_is_object(vm))
        return;
    memset(to, 0, sizeof(*to));
    FT_COPY(to->host_name, host->stored.name);
    FT_COPY(to->uuid, ft_json_string(vm, "uuid", ""));
    FT_COPY(to->name, ft_json_string(vm, "name", "?"));
    FT_COPY(to->state, ft_json_string(vm, "state", "unknown"));
    to->memory = ft_json_int(vm, "memory_bytes", 0, INT64_MAX, 0);
    to->vcpus = ft_json_int(vm, "vcpus", 0, 1 << 20, 0);
    to->disk_bytes = ft_json_int(sizes, to->uuid, 0, INT64_MAX, 0);
    to->seen_at = seen_at;
    list->count++;
}

static void
add_from_store(struct list *list, const struct ft_live *live,
               const struct ft_live_host *host)
{
    for (size_t i = 0; i < live->vm_count && list->count < list->size; i++)
        if (live->vms[i].host == host->stored.id)
            list->vms[list->count++] = live->vms[i];
}

static size_t
most(const struct ft_live *live, int64_t now_ms)
{
    size_t count = live->vm_count;

    for (size_t i = 0; i < live->host_count; i++)
        count += json_array_size(vms_of(&live->hosts[i], now_ms));
    return count;
}

json_t *
ft_live_vm_rows(const struct ft_live *live, const json_t *pairs, int64_t now_ms,
                int64_t wall_ms)
{
    struct list list = { .size = most(live, now_ms) };
    FT_AUTOFREE struct ft_store_vm *vms = calloc(list.size + 1, sizeof(*vms));
    FT_AUTOJSON json_t *sizes = disk_sizes(live);
    const json_t *vm;
    size_t index;

    list.vms = vms;
    for (size_t i = 0; vms && sizes && i < live->host_count; i++) {
        const struct ft_live_host *host = &live->hosts[i];
        const json_t *now = vms_of(host, now_ms);

        json_array_foreach(now, index, vm)
            add_from_machine(&list, host, vm, sizes,
                             wall_ms - (now_ms - host->machine_ms));
        if (!now)
            add_from_store(&list, live, host);
    }
    return vms && sizes ? ft_vm_rows(vms, list.count, pairs, wall_ms) : NULL;
}
