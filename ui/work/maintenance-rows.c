/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of the VMs of a host, as rows. */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/work/maintenance-private.h"
#include "ui/work/pair.h"

static const char *
word_of(enum ft_maintained did)
{
    static const char *const words[] = {
        [FT_MAINTAINED_WAITS] = "untouched",
        [FT_MAINTAINED_HANDED_OVER] = "handed over",
        [FT_MAINTAINED_LET_GO] = "copy let go",
        [FT_MAINTAINED_MOVED] = "copy moved",
        [FT_MAINTAINED_STAYS] = "stays",
        [FT_MAINTAINED_NOT_MOVED] = "copy let go, not moved",
        [FT_MAINTAINED_BACK] = "back",
        [FT_MAINTAINED_PROTECTED] = "protected",
        [FT_MAINTAINED_BEHIND] = "not protected yet",
    };

    return words[did];
}

static bool
is_left(const struct ft_maintained_vm *vm)
{
    return vm->did == FT_MAINTAINED_STAYS ||
           vm->did == FT_MAINTAINED_NOT_MOVED ||
           vm->did == FT_MAINTAINED_BEHIND;
}

size_t
ft_work_maintenance_left(const struct ft_work_maintenance *m)
{
    size_t left = 0;

    for (size_t i = 0; i < m->count; i++)
        left += is_left(&m->vms[i]);
    return left;
}

static json_t *
row_of(const struct ft_maintained_vm *vm)
{
    return json_pack("{s:s,s:s,s:s?,s:s,s:s?,s:s?,s:s?}", "vm", vm->vm, "uuid",
                     vm->uuid, "pair", *vm->pair ? vm->pair : NULL, "did",
                     word_of(vm->did), "on", *vm->on ? vm->on : NULL, "copy",
                     *vm->copy ? vm->copy : NULL, "why",
                     *vm->why ? vm->why : NULL);
}

/* VMs of which nobody could take over while the host is down: it is their witness. */
static json_t *
witness_of(const struct ft_work_maintenance *m)
{
    FT_AUTOJSON json_t *pairs = ft_work_pairs(m->fleet);
    json_t *vms = json_array();
    const json_t *status;
    size_t i;

    json_array_foreach(pairs, i, status)
        if (ft_work_maintenance_has_role(m, status, "witness"))
            json_array_append_new(vms, ft_json_text(
                                           ft_json_string(status, "vm", "?")));
    return vms;
}

json_t *
ft_work_maintenance_document(const struct ft_work_maintenance *m)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < m->count; i++)
        json_array_append_new(rows, row_of(&m->vms[i]));
    return json_pack("{s:i,s:s,s:o,s:o,s:o}", "schema", 1, "host",
                     ft_work_maintenance_host(m), "since_ms",
                     m->since_ms ? json_integer(m->since_ms) : json_null(),
                     "witness_of", witness_of(m), "vms", rows);
}
