/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/making.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/model/live-pairs.h"
#include "ui/model/live-rows.h"
#include "ui/model/vm-rows.h"

struct ft_making {
    struct ft_live_pairs *pairs; /* NULL: all of them are made */
    struct ft_picture made;
    struct ft_picture_sum sum;
    json_t *by_vm; /* of ft_vm_index */
    size_t summed, vm;
    bool ended;
};

struct ft_making *
ft_making_begin(const struct ft_making_from *from)
{
    struct ft_making *making = calloc(1, sizeof(*making));

    if (!making)
        return NULL;
    making->pairs = ft_live_pairs_begin(from->live, from->now_ms);
    making->by_vm = json_object();
    making->made.vms = json_array();
    if (!making->pairs || !making->by_vm || !making->made.vms) {
        ft_making_free(making);
        return NULL;
    }
    return making;
}

void
ft_making_free(struct ft_making *making)
{
    if (!making)
        return;
    ft_live_pairs_free(making->pairs);
    json_decref(making->made.pairs);
    json_decref(making->made.hosts);
    json_decref(making->made.vms);
    json_decref(making->sum.verdict.users);
    ft_plugs_free(&making->made.plugs);
    json_decref(making->by_vm);
    free(making);
}

/* All pairs are made: hosts now, as they answer now. */
static int
end_pairs(struct ft_making *making, const struct ft_making_from *from)
{
    struct ft_picture *p = &making->made;

    p->pairs = ft_live_pairs_rows(making->pairs);
    p->hosts = ft_live_host_rows(from->live, from->now_ms, from->wall_ms);
    p->wall_ms = from->wall_ms;
    if (!p->pairs || !p->hosts)
        return -ENOMEM;
    ft_live_pairs_free(making->pairs);
    making->pairs = NULL;
    ft_picture_sum_begin(&making->sum, p);
    return 0;
}

static void
sum_pair(struct ft_making *making)
{
    json_t *row = json_array_get(making->made.pairs, making->summed++);

    ft_picture_sum_pair(&making->sum, &making->made, row);
    ft_vm_index(making->by_vm, row);
}

static void
add_vm(struct ft_making *making, const struct ft_making_from *from)
{
    json_t *row =
        ft_vm_row(&from->vms[making->vm++], making->by_vm, from->wall_ms);

    if (!row)
        return;
    json_array_append_new(making->made.vms, row);
    ft_picture_sum_vm(&making->made, row);
}

int
ft_making_step(struct ft_making *making, const struct ft_making_from *from,
               size_t most)
{
    int rc;

    if (making->pairs) {
        rc = ft_live_pairs_step(making->pairs, from->live, from->now_ms,
                                from->wall_ms, most);
        return rc > 0 ? end_pairs(making, from) : rc;
    }
    for (; most; most--) {
        if (making->summed < json_array_size(making->made.pairs))
            sum_pair(making);
        else if (making->vm < from->vm_count)
            add_vm(making, from);
        else
            break;
    }
    if (!most)
        return 0;
    if (!making->ended)
        ft_picture_sum_end(&making->sum, &making->made);
    making->ended = true;
    return 1;
}

void
ft_making_take(struct ft_making *making, struct ft_picture *picture)
{
    struct ft_picture *made = &making->made;

    picture->pairs = FT_STEAL(made->pairs);
    picture->hosts = FT_STEAL(made->hosts);
    picture->vms = FT_STEAL(made->vms);
    picture->verdict = made->verdict;
    picture->totals = made->totals;
    picture->plugs = made->plugs;
    memset(&made->plugs, 0, sizeof(made->plugs));
    picture->none = made->none;
    picture->age_s = made->age_s;
    picture->from_store = made->from_store;
    picture->wall_ms = made->wall_ms;
}
