/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/write-record.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "virt/qmp.h"

#define PREFIX "ftadmin-"

void
ft_write_record_name(const char *id, char name[FT_RECORD_NAME_SIZE])
{
    snprintf(name, FT_RECORD_NAME_SIZE, PREFIX "%s", id);
}

/* ----- QEMU's answers ----- */

static const json_t *
find_inserted(const json_t *blocks, const char *file)
{
    const json_t *block;
    size_t i;

    json_array_foreach(blocks, i, block) {
        const json_t *inserted = json_object_get(block, "inserted");

        if (!strcmp(ft_json_string(inserted, "file", ""), file))
            return inserted;
    }
    return NULL;
}

/* Whether it has the record of id; an empty id becomes that of the first one. */
static bool
has_record(const json_t *inserted, char id[FT_RECORD_ID_SIZE])
{
    const json_t *bitmap;
    size_t i;

    json_array_foreach(json_object_get(inserted, "dirty-bitmaps"), i, bitmap) {
        const char *name = ft_json_string(bitmap, "name", "");

        if (strncmp(name, PREFIX, strlen(PREFIX)) != 0 ||
            strlen(name) != strlen(PREFIX) + FT_RECORD_ID_SIZE - 1 ||
            !ft_json_bool(bitmap, "recording", 0) ||
            ft_json_bool(bitmap, "inconsistent", 0))
            continue;
        if (!*id)
            strcpy(id, name + strlen(PREFIX));
        if (!strcmp(id, name + strlen(PREFIX)))
            return true;
    }
    return false;
}

bool
ft_write_record_read(const json_t *blocks, struct ft_recorded_disk *disks,
                     size_t n, char id[FT_RECORD_ID_SIZE])
{
    bool all = n > 0;

    id[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const json_t *inserted = find_inserted(blocks, disks[i].file);

        if (ft_json_need_string(inserted, "node-name", disks[i].node,
                                sizeof(disks[i].node), NULL))
            return false;
        all = all && has_record(inserted, id);
    }
    if (!all)
        id[0] = '\0';
    return true;
}

static bool
is_unwritten(const json_t *stats, const char *node)
{
    const json_t *one;
    size_t i;

    json_array_foreach(stats, i, one) {
        const json_t *counts = json_object_get(one, "stats");

        if (!strcmp(ft_json_string(one, "node-name", ""), node))
            return ft_json_int(counts, "wr_operations", 0, INT64_MAX, 1) == 0 &&
                   ft_json_int(counts, "unmap_operations", 0, INT64_MAX, 1) == 0;
    }
    return false;
}

bool
ft_write_record_unwritten(const json_t *stats,
                          const struct ft_recorded_disk *disks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_unwritten(stats, disks[i].node))
            return false;
    return true;
}

/* ----- QEMU ----- */

static int
ask_blocks(virDomainPtr dom, struct ft_recorded_disk *disks, size_t n,
           char id[FT_RECORD_ID_SIZE], struct ft_error *err)
{
    FT_AUTOJSON json_t *blocks = NULL;
    int rc = ft_qmp(dom, "query-block", NULL, &blocks, err);

    id[0] = '\0';
    if (rc)
        return rc;
    return ft_write_record_read(blocks, disks, n, id)
               ? 0
               : ft_fail(err, ENOENT, NULL,
                         "QEMU does not name the disks of the VM by their files");
}

/* All of them or none. */
static int
change_bitmaps(virDomainPtr dom, const char *action,
               const struct ft_recorded_disk *disks, size_t n, const char *name,
               struct ft_error *err)
{
    json_t *actions = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *data =
            json_pack("{s:s,s:s}", "node", disks[i].node, "name", name);

        if (!strcmp(action, "block-dirty-bitmap-add"))
            json_object_set_new(data, "granularity",
                                json_integer(FT_RECORD_GRANULARITY));
        json_array_append_new(actions, json_pack("{s:s,s:o}", "type", action,
                                                 "data", data));
    }
    return ft_qmp(dom, "transaction", json_pack("{s:o}", "actions", actions),
                  NULL, err);
}

/* What was written before it began would be in no record. */
static int
check_unwritten(virDomainPtr dom, const struct ft_recorded_disk *disks,
                size_t n, struct ft_error *err)
{
    FT_AUTOJSON json_t *stats = NULL;
    int rc = ft_qmp(dom, "query-blockstats", NULL, &stats, err);

    if (!rc && !ft_write_record_unwritten(stats, disks, n))
        rc = ft_fail(err, EBUSY, NULL, "the guest has written already");
    return rc;
}

int
ft_write_record_begin(virDomainPtr dom, struct ft_recorded_disk *disks,
                      size_t n, const char *id, struct ft_error *err)
{
    char name[FT_RECORD_NAME_SIZE], other[FT_RECORD_ID_SIZE];
    int rc = ask_blocks(dom, disks, n, other, err);

    ft_write_record_name(id, name);
    if (!rc)
        rc = change_bitmaps(dom, "block-dirty-bitmap-add", disks, n, name, err);
    if (rc)
        return rc;
    rc = check_unwritten(dom, disks, n, err);
    if (rc &&
        change_bitmaps(dom, "block-dirty-bitmap-remove", disks, n, name, NULL))
        ft_log(FT_LOG_WARN, "a record of writes that is none is left in QEMU");
    return rc;
}

int
ft_write_record_find(virDomainPtr dom, struct ft_recorded_disk *disks, size_t n,
                     char id[FT_RECORD_ID_SIZE], struct ft_error *err)
{
    return ask_blocks(dom, disks, n, id, err);
}

static int
end_records(virDomainPtr dom, const json_t *inserted, struct ft_error *err)
{
    const json_t *bitmap;
    size_t i;
    int rc = 0;

    json_array_foreach(json_object_get(inserted, "dirty-bitmaps"), i, bitmap) {
        const char *name = ft_json_string(bitmap, "name", "");

        if (!rc && !strncmp(name, PREFIX, strlen(PREFIX)))
            rc = ft_qmp(dom, "block-dirty-bitmap-remove",
                        json_pack("{s:s,s:s}", "node",
                                  ft_json_string(inserted, "node-name", ""),
                                  "name", name),
                        NULL, err);
    }
    return rc;
}

int
ft_write_record_end_all(virDomainPtr dom, struct ft_error *err)
{
    FT_AUTOJSON json_t *blocks = NULL;
    const json_t *block;
    size_t i;
    int rc = ft_qmp(dom, "query-block", NULL, &blocks, err);

    json_array_foreach(blocks, i, block)
        if (!rc)
            rc = end_records(dom, json_object_get(block, "inserted"), err);
    return rc;
}
