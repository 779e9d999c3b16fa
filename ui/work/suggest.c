/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/suggest.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/suggest.h"

void
ft_work_suggest_host(const struct ft_work *work, const char *typed,
                     struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_host *hosts = NULL;
    struct ft_suggestion best = { .distance = 0 };
    size_t count = 0;

    ft_store_host_list(work->store, &hosts, &count, NULL);
    for (size_t i = 0; i < count; i++)
        ft_suggest(&best, typed, hosts[i].name);
    ft_suggest_tell(&best, err);
}

static void
consider_pairs(const json_t *pairs, const char *typed,
               struct ft_suggestion *best)
{
    const json_t *pair;
    size_t index;

    json_array_foreach(pairs, index, pair)
        ft_suggest(best, typed, ft_json_string(pair, "vm", ""));
}

void
ft_work_suggest_vm(const struct ft_work *work, const json_t *pairs,
                   const char *typed, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    struct ft_suggestion best = { .distance = 0 };
    size_t count = 0;

    consider_pairs(pairs, typed, &best);
    ft_store_vm_list(work->store, 0, &vms, &count, NULL);
    for (size_t i = 0; i < count; i++)
        ft_suggest(&best, typed, vms[i].name);
    ft_suggest_tell(&best, err);
}

static bool
is_vm(const struct ft_work *work, const char *name)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    size_t count = 0;

    ft_store_vm_list(work->store, 0, &vms, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(vms[i].name, name) || !strcmp(vms[i].uuid, name))
            return true;
    return false;
}

void
ft_work_suggest_pair(const struct ft_work *work, const json_t *pairs,
                     const char *typed, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pair *stored = NULL;
    struct ft_suggestion best = { .distance = 0 };
    size_t count = 0;

    if (is_vm(work, typed))
        return;
    consider_pairs(pairs, typed, &best);
    ft_store_pair_list(work->store, &stored, &count, NULL);
    for (size_t i = 0; i < count; i++)
        ft_suggest(&best, typed, stored[i].vm);
    ft_suggest_tell(&best, err);
}
