/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/pair-ref.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/pair-rows.h"

#define COPY(to, from) \
    snprintf((to), sizeof(to), "%.*s", (int)sizeof(to) - 1, (from))

json_t *
ft_cli_merge(const struct ft_cli_fleet *fleet)
{
    FT_AUTOFREE struct ft_reply *replies =
        calloc(fleet->count + 1, sizeof(*replies));

    for (size_t i = 0; replies && i < fleet->count; i++) {
        replies[i].host = fleet->hosts[i].name;
        if (!fleet->errors[i].code)
            replies[i].status = fleet->fleet.members[i]->status;
    }
    return replies ? ft_pairs_merge(replies, fleet->count) : NULL;
}

int
ft_cli_add_stored(struct ft_store *store, json_t *pairs, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pair *stored = NULL;
    size_t count = 0;
    int rc = ft_store_pair_list(store, &stored, &count, err);

    for (size_t i = 0; i < count; i++)
        if (!ft_pair_find(pairs, stored[i].pair))
            json_array_append_new(pairs,
                                  json_pack("{s:s,s:s,s:s,s:s,s:s}", "pair",
                                            stored[i].pair, "vm", stored[i].vm,
                                            "uuid", stored[i].vm_uuid, "state",
                                            *stored[i].state ? stored[i].state
                                                             : "unknown",
                                            "primary", stored[i].primary));
    return rc;
}

static void
from_status(const json_t *status, struct ft_store_pair *pair)
{
    COPY(pair->pair, ft_json_string(status, "pair", ""));
    COPY(pair->vm, ft_json_string(status, "vm", ""));
    COPY(pair->vm_uuid, ft_json_string(status, "uuid", ""));
    COPY(pair->primary, ft_json_string(status, "primary", ""));
    COPY(pair->standby, ft_json_string(status, "standby", ""));
    COPY(pair->witness, ft_json_string(status, "witness", ""));
}

static void
make_ref(struct ft_pair_lookup *found)
{
    struct ft_store_pair *pair = &found->pair;

    found->ref = (struct ft_pair_ref){
        .pair = pair->pair,
        .vm = pair->vm,
        .hosts = { pair->primary, pair->standby },
        .witness = *pair->witness ? pair->witness : NULL,
    };
}

enum ft_exit
ft_cli_pair_lookup(struct ft_cli *cli, struct ft_cli_fleet *fleet,
                   const char *vm, struct ft_pair_lookup *found)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *pairs = NULL;
    const json_t *status;
    enum ft_exit code;
    int rc;

    memset(found, 0, sizeof(*found));
    ft_cli_fleet_each(fleet, ft_cli_work_status, cli);
    pairs = ft_cli_merge(fleet);
    status = ft_pair_find(pairs, vm);
    rc = ft_store_pair_get(cli->store, vm, &found->pair, &err);
    if (rc && !(rc == -ENOENT && status)) {
        code = ft_cli_fail(cli, &err);
        if (rc == -ENOENT)
            ft_cli_fleet_complain(fleet);
        return code;
    }
    /* A deposed side that speaks alone knows less than what we heard before. */
    if (status && (rc || ft_json_int(status, "generation", 0, INT64_MAX, 0) >=
                             found->pair.generation))
        from_status(status, &found->pair);
    found->live = status != NULL;
    make_ref(found);
    return FT_EXIT_OK;
}
