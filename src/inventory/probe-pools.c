/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt's storage pools, their room, and what lies below those that are folders.
 * A pool that runs is refreshed first: else libvirt tells the room of some time ago.
 * Element names: https://libvirt.org/formatstorage.html
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "inventory/probe-libvirt-private.h"
#include "inventory/probe-private.h"

json_t *
ft_probe_pool_place(virStoragePoolPtr pool)
{
    FT_AUTOFREE char *text = virStoragePoolGetXMLDesc(pool, 0);
    json_t *place;
    struct ft_probe_xml xml;

    if (ft_probe_xml_open(&xml, text) == 0)
        place = json_pack("{s:o,s:o}", "type",
                          ft_probe_xml_json(&xml, NULL, "string(/pool/@type)"),
                          "path",
                          ft_probe_xml_json(&xml, NULL,
                                            "string(/pool/target/path)"));
    else
        place = json_pack("{s:s,s:s}", "type", "", "path", "");
    ft_probe_xml_close(&xml);
    return place;
}

/* Of a pool of files; others have devices of their own. */
static const char *
backing_of(const json_t *path)
{
    const char *folder = json_string_value(path);
    struct stat st;

    return folder && stat(folder, &st) == 0 && S_ISDIR(st.st_mode)
               ? ft_probe_backing(folder)
               : "";
}

static int
add_pool(json_t *list, virStoragePoolPtr pool)
{
    FT_AUTOFREE char *text = NULL;
    FT_AUTOJSON json_t *path = NULL;
    virStoragePoolInfo info = { 0 };
    struct ft_probe_xml xml;
    int autostart = 0;
    int rc = 0;

    if (virStoragePoolIsActive(pool) == 1)
        virStoragePoolRefresh(pool, 0);
    virStoragePoolGetInfo(pool, &info);
    virStoragePoolGetAutostart(pool, &autostart);
    text = virStoragePoolGetXMLDesc(pool, 0);
    if (ft_probe_xml_open(&xml, text) == 0) {
        path = ft_probe_xml_json(&xml, NULL, "string(/pool/target/path)");
        rc = json_array_append_new(
            list, json_pack("{s:s,s:o,s:O,s:s,s:b,s:b,s:I,s:I}", "name",
                            virStoragePoolGetName(pool), "type",
                            ft_probe_xml_json(&xml, NULL, "string(/pool/@type)"),
                            "path", path, "backing", backing_of(path), "active",
                            virStoragePoolIsActive(pool) == 1, "autostart",
                            autostart, "capacity", (json_int_t)info.capacity,
                            "available", (json_int_t)info.available));
    }
    ft_probe_xml_close(&xml);
    return rc < 0 ? -ENOMEM : 0;
}

int
ft_probe_pools(virConnectPtr conn, json_t *facts)
{
    virStoragePoolPtr *pools = NULL;
    json_t *list = json_array();
    int count = virConnectListAllStoragePools(conn, &pools, 0);
    int rc = 0;

    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc = add_pool(list, pools[i]);
        virStoragePoolFree(pools[i]);
    }
    free(pools);
    return ft_probe_add(facts, "pools", list) < 0 ? -ENOMEM : rc;
}
