/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/disk-errors.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "virt/qmp.h"

static const char *const counters[] = {
    "failed_rd_operations",
    "failed_wr_operations",
    "failed_flush_operations",
    "failed_unmap_operations",
};

/* "/machine/peripheral/virtio-disk0/virtio-backend", "drive-virtio-disk0". */
static bool
is_about(const json_t *entry, const char *alias)
{
    const char *device = ft_json_string(entry, "device", "");
    const char *path = ft_json_string(entry, "qdev", "");
    const char *at = strstr(path, alias);
    size_t n = strlen(alias);

    if (!n)
        return false;
    if (!strncmp(device, "drive-", 6) && !strcmp(device + 6, alias))
        return true;
    return at && at > path && at[-1] == '/' && (!at[n] || at[n] == '/');
}

void
ft_disk_errors_read(const json_t *answer, const struct ft_vm *vm,
                    struct ft_disk_errors *out)
{
    const json_t *entry, *stats;
    size_t i, disk, k;

    memset(out, 0, sizeof(*out));
    json_array_foreach(answer, i, entry) {
        stats = json_object_get(entry, "stats");
        for (disk = 0; disk < vm->n_disks; disk++) {
            if (strcmp(vm->disks[disk].device, "disk") != 0 ||
                !is_about(entry, vm->disks[disk].alias))
                continue;
            for (k = 0; k < FT_ARRAY_SIZE(counters); k++)
                out->failed[disk] += (uint64_t)ft_json_int(stats, counters[k],
                                                           0, INT64_MAX / 8, 0);
        }
    }
}

int
ft_disk_errors_ask(virDomainPtr dom, const struct ft_vm *vm,
                   struct ft_disk_errors *out, struct ft_error *err)
{
    FT_AUTOJSON json_t *answer = NULL;
    int rc = ft_qmp(dom, "query-blockstats", NULL, &answer, err);

    if (!rc)
        ft_disk_errors_read(answer, vm, out);
    return rc;
}

const struct ft_vm_disk *
ft_disk_errors_first(const struct ft_vm *vm, const struct ft_disk_errors *before,
                     const struct ft_disk_errors *now)
{
    for (size_t i = 0; i < vm->n_disks; i++)
        if (now->failed[i] > before->failed[i])
            return &vm->disks[i];
    return NULL;
}
