/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/vms.h"

#include "base/cleanup.h"
#include "ui/model/vm-rows.h"
#include "ui/work/pair.h"
#include "ui/work/remember.h"

int
ft_work_vms_list(struct ft_work_fleet *fleet, json_t **rows,
                 struct ft_error *err)
{
    struct ft_store *store = fleet->work->store;
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    FT_AUTOJSON json_t *pairs = NULL;
    size_t count = 0;
    int rc;

    ft_work_fleet_probe(fleet);
    pairs = ft_work_pairs(fleet);
    if (!pairs)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rc = ft_work_pairs_add_stored(store, pairs, err);
    if (!rc && ft_work_remember_all(fleet, err))
        ft_work_detail(fleet->work, "not stored: %s", err->text);
    if (!rc)
        rc = ft_store_vm_list(store, 0, &vms, &count, err);
    if (rc)
        return rc;
    *rows = ft_vm_rows(vms, count, pairs, ft_work_now_ms());
    return *rows ? 0 : ft_fail(err, ENOMEM, NULL, "out of memory");
}
