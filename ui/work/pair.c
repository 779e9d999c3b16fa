/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/pair.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/pair-rows.h"
#include "ui/model/stored-pair.h"
#include "ui/work/suggest.h"

json_t *
ft_work_pairs(const struct ft_work_fleet *fleet)
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
ft_work_pairs_add_stored(struct ft_store *store, json_t *pairs,
                         struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pair *stored = NULL;
    size_t count = 0;
    int rc = ft_store_pair_list(store, &stored, &count, err);

    for (size_t i = 0; i < count; i++)
        if (!ft_pair_find(pairs, stored[i].pair))
            json_array_append_new(pairs, ft_stored_pair_brief(&stored[i]));
    return rc;
}

static void
make_ref(struct ft_work_pair *found)
{
    struct ft_store_pair *pair = &found->pair;

    found->ref = (struct ft_pair_ref){
        .pair = pair->pair,
        .vm = pair->vm,
        .hosts = { pair->primary, pair->standby },
        .witness = *pair->witness ? pair->witness : NULL,
    };
}

/* Remembered: who comes back later and knows less is not believed then. */
static void
take_status(struct ft_work_fleet *fleet, bool known, const json_t *status,
            struct ft_store_pair *pair)
{
    ft_stored_pair_fill(pair, status);
    pair->generation = ft_json_int(status, "generation", 0, INT64_MAX, 0);
    if (known)
        ft_store_status_put(fleet->work->store, pair->pair, status,
                            ft_work_now_ms(), NULL);
}

int
ft_work_pair_find(struct ft_work_fleet *fleet, const char *vm,
                  struct ft_work_pair *found, struct ft_error *err)
{
    FT_AUTOJSON json_t *pairs = NULL;
    const json_t *status;
    int rc;

    memset(found, 0, sizeof(*found));
    ft_work_fleet_status(fleet);
    pairs = ft_work_pairs(fleet);
    rc = ft_store_pair_get(fleet->work->store, vm, &found->pair, err);
    status = ft_pair_find(pairs, rc ? vm : found->pair.pair);
    if (!rc && !status) { /* one that another ftadmin has made since */
        status = ft_pair_find(pairs, vm);
        if (status)
            rc = ft_store_pair_get(fleet->work->store,
                                   ft_json_string(status, "pair", vm),
                                   &found->pair, err);
    }
    if (rc == -ENOENT && !status)
        ft_work_suggest_pair(fleet->work, pairs, vm, err);
    if (rc && !(rc == -ENOENT && status))
        return rc;
    /* A deposed side that speaks alone knows less than what we heard before. */
    if (status && (rc || ft_json_int(status, "generation", 0, INT64_MAX, 0) >=
                             found->pair.generation))
        take_status(fleet, !rc, status, &found->pair);
    found->live = status != NULL;
    make_ref(found);
    return 0;
}
