/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all members together say of pairs: for the planner, and to find one.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "protect/fleet.h"

static enum ft_other_side
other_side(const struct ft_fleet *fleet, const struct ft_known_pair *pair)
{
    const struct ft_member *member = ft_fleet_find(fleet, pair->standby);

    if (member == NULL || member->facts == NULL)
        return FT_OTHER_SILENT;
    if (member->status == NULL)
        return member->bare ? FT_OTHER_EMPTY : FT_OTHER_UNKNOWN;
    return ft_member_pair(member, pair->pair) != NULL ? FT_OTHER_HAS_IT
                                                      : FT_OTHER_EMPTY;
}

static bool
primary_says(const struct ft_fleet *fleet, const struct ft_known_pair *pair)
{
    const struct ft_member *member = ft_fleet_find(fleet, pair->primary);
    const json_t *status =
        member != NULL ? ft_member_pair(member, pair->pair) : NULL;

    return status != NULL &&
           strcmp(ft_json_string(status, "role", ""), "primary") == 0;
}

static void
take_pair(const struct ft_fleet *fleet, const json_t *status,
          struct ft_inventory *inventory, struct ft_known_pair *pairs)
{
    struct ft_known_pair p = { .pair = "" };

    if (ft_json_need_string(status, "pair", p.pair, sizeof(p.pair), NULL) < 0 ||
        ft_json_need_string(status, "vm", p.vm, sizeof(p.vm), NULL) < 0 ||
        ft_json_need_string(status, "uuid", p.vm_uuid, sizeof(p.vm_uuid),
                            NULL) < 0)
        return;
    ft_json_need_string(status, "primary", p.primary, sizeof(p.primary), NULL);
    ft_json_need_string(status, "standby", p.standby, sizeof(p.standby), NULL);
    snprintf(p.witness, sizeof(p.witness), "%s",
             ft_json_string(status, "witness", ""));
    ft_json_need_string(status, "state", p.state, sizeof(p.state), NULL);
    for (size_t i = 0; i < inventory->pair_count; i++)
        if (strcmp(pairs[i].pair, p.pair) == 0)
            return; /* both hosts of a pair report it */
    p.primary_says = primary_says(fleet, &p);
    p.other = other_side(fleet, &p);
    pairs[inventory->pair_count++] = p;
}

static size_t
count_pairs(const struct ft_fleet *fleet)
{
    size_t count = 0;

    for (size_t i = 0; i < fleet->count; i++)
        count +=
            json_array_size(json_object_get(fleet->members[i]->status, "pairs"));
    return count;
}

/* Its engine knows best; it may not answer, or be of before. */
static int64_t
maintenance_at(const struct ft_member *member)
{
    const json_t *said = json_object_get(member->status, "maintenance");

    return said == NULL ? member->maintenance_at
                        : ft_json_int(said, "since", 0, INT64_MAX, 0);
}

int
ft_fleet_inventory(const struct ft_fleet *fleet, struct ft_inventory *inventory)
{
    const struct ft_host **hosts = calloc(fleet->count + 1, sizeof(*hosts));
    struct ft_known_pair *pairs = calloc(count_pairs(fleet) + 1, sizeof(*pairs));

    memset(inventory, 0, sizeof(*inventory));
    if (hosts == NULL || pairs == NULL) {
        free(hosts);
        free(pairs);
        return -ENOMEM;
    }
    for (size_t i = 0; i < fleet->count; i++) {
        const json_t *list = json_object_get(fleet->members[i]->status, "pairs");

        if (fleet->members[i]->facts != NULL) {
            fleet->members[i]->facts->maintenance_at =
                maintenance_at(fleet->members[i]);
            hosts[inventory->host_count++] = fleet->members[i]->facts;
        }
        for (size_t k = 0; k < json_array_size(list); k++)
            take_pair(fleet, json_array_get(list, k), inventory, pairs);
    }
    inventory->hosts = hosts;
    inventory->pairs = pairs;
    inventory->apart = fleet->apart;
    inventory->apart_count = fleet->apart_count;
    return 0;
}

void
ft_fleet_inventory_free(struct ft_inventory *inventory)
{
    free((void *)(uintptr_t)inventory->hosts);
    free((void *)(uintptr_t)inventory->pairs);
    memset(inventory, 0, sizeof(*inventory));
}

/* The status object of this pair (VM's name, its UUID or the pair's) or NULL. */
static const json_t *
pair_in(const json_t *status, const char *name)
{
    static const char *const keys[] = { "pair", "uuid", "vm" };
    const json_t *list = json_object_get(status, "pairs");

    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < json_array_size(list); i++)
            if (strcmp(ft_json_string(json_array_get(list, i), keys[k], ""),
                       name) == 0)
                return json_array_get(list, i);
    return NULL;
}

const json_t *
ft_member_pair(const struct ft_member *member, const char *pair)
{
    return pair_in(member->status, pair);
}

int
ft_fleet_pair(const struct ft_fleet *fleet, const char *vm, const json_t **pair,
              struct ft_member **where)
{
    int64_t best = -1;

    *pair = NULL;
    *where = NULL;
    for (size_t i = 0; i < fleet->count; i++) {
        const json_t *p = pair_in(fleet->members[i]->status, vm);
        int64_t rank;

        if (p == NULL)
            continue;
        /* Two may call themselves primary for a moment: the later one is. */
        rank = ft_json_int(p, "generation", 0, INT64_MAX / 2 - 1, 0) * 2 +
               (strcmp(ft_json_string(p, "role", ""), "primary") == 0);
        if (rank > best) {
            best = rank;
            *pair = p;
            *where = fleet->members[i];
        }
    }
    return *pair != NULL ? 0 : -ENOENT;
}
