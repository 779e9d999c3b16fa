/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/made.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static const char *const names[] = {
    [FT_MADE_VOLUME] = "volume",
    [FT_MADE_RENAMED] = "renamed",
    [FT_MADE_FILE] = "file",
    [FT_MADE_NVRAM] = "nvram",
    [FT_MADE_DEFINITION] = "definition",
};

bool
ft_made_at(const json_t *list, size_t i, struct ft_made *out)
{
    const json_t *entry = json_array_get(list, i);
    const char *kind = ft_json_string(entry, "kind", "");

    for (size_t k = 0; k < FT_ARRAY_SIZE(names); k++) {
        if (strcmp(names[k], kind) != 0)
            continue;
        *out = (struct ft_made){ .kind = (enum ft_made_kind)k,
                                 .target = ft_json_string(entry, "target", ""),
                                 .path = ft_json_string(entry, "path", ""),
                                 .now = ft_json_string(entry, "now", ""),
                                 .used = ft_json_bool(entry, "used", 0) };
        return true;
    }
    return false;
}

/* Its index; json_array_size when there is none. */
static size_t
index_of(const json_t *list, enum ft_made_kind kind, const char *target)
{
    size_t n = json_array_size(list), i;
    struct ft_made made;

    for (i = 0; i < n; i++)
        if (ft_made_at(list, i, &made) && made.kind == kind &&
            strcmp(made.target, target) == 0)
            break;
    return i;
}

bool
ft_made_find(const json_t *list, enum ft_made_kind kind, const char *target,
             struct ft_made *out)
{
    return ft_made_at(list, index_of(list, kind, target), out);
}

int
ft_made_add(json_t **list, const struct ft_made *made)
{
    json_t *entry = json_pack("{s:s,s:s,s:s,s:s,s:b}", "kind",
                              names[made->kind], "target", made->target, "path",
                              made->path, "now", made->now, "used", made->used);
    size_t i;
    int rc;

    if (!json_is_array(*list)) {
        json_decref(*list);
        *list = json_array();
    }
    i = index_of(*list, made->kind, made->target);
    rc = i < json_array_size(*list) ? json_array_set_new(*list, i, entry)
                                    : json_array_append_new(*list, entry);
    return rc ? -ENOMEM : 0;
}

bool
ft_made_take_off(json_t *list, enum ft_made_kind kind, const char *target)
{
    return json_array_remove(list, index_of(list, kind, target)) == 0;
}

void
ft_made_undo(const json_t *list, int (*one)(const struct ft_made *, void *),
             void (*gone)(const struct ft_made *, void *), void *opaque)
{
    struct ft_made made;

    for (size_t i = json_array_size(list); i-- > 0;)
        if (ft_made_at(list, i, &made) && one(&made, opaque) == 0)
            gone(&made, opaque);
}

/* ---- of before ---- */

static int
add_volumes(json_t **list, const json_t *record, const char *pool)
{
    const json_t *target;
    size_t i;
    int rc = 0;

    json_array_foreach(json_object_get(record, "replicas"), i, target)
        if (json_is_string(target) && rc == 0)
            rc = ft_made_add(list, &(struct ft_made){ FT_MADE_VOLUME,
                                                      json_string_value(target),
                                                      pool, "", false });
    return rc;
}

/* At places: what was not renamed then is no place. */
static int
add_places(json_t **list, json_t *disks)
{
    const char *target;
    json_t *disk;
    int rc = 0;

    json_object_foreach(disks, target, disk) {
        const char *now = ft_json_string(disk, "stale", "");

        if (!*now || rc != 0)
            continue;
        rc = ft_made_add(list,
                         &(struct ft_made){ FT_MADE_RENAMED, target,
                                            ft_json_string(disk, "image", ""),
                                            now, ft_json_bool(disk, "ran", 1) });
        if (rc == 0)
            rc = ft_made_add(list,
                             &(struct ft_made){ FT_MADE_FILE, target,
                                                ft_json_string(disk, "path", ""),
                                                "", false });
    }
    return rc;
}

json_t *
ft_made_of_before(const json_t *record, const char *pool)
{
    const char *nvram = ft_json_string(record, "nvram", "");
    FT_AUTOJSON json_t *list = json_array();
    int rc = list ? add_volumes(&list, record, pool) : -ENOMEM;

    if (rc == 0)
        rc = add_places(&list, json_object_get(record, "disks"));
    if (rc == 0 && *nvram)
        rc = ft_made_add(&list, &(struct ft_made){ FT_MADE_NVRAM, "", nvram, "",
                                                   false });
    if (rc == 0 && ft_json_bool(record, "defined", 0))
        rc = ft_made_add(&list, &(struct ft_made){ FT_MADE_DEFINITION, "", "",
                                                   "", false });
    return rc == 0 ? FT_STEAL(list) : NULL;
}
