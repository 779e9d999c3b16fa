/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/move.h"

#include <stdio.h>
#include <string.h>

/* The one that stands in the way. */
static const struct ft_known_pair *
find(const struct ft_inventory *inventory, const struct ft_domain *domain)
{
    for (size_t i = 0; i < inventory->pair_count; i++) {
        const struct ft_known_pair *p = &inventory->pairs[i];

        if (strcmp(p->vm_uuid, domain->uuid) == 0 &&
            (inventory->resuming == NULL ||
             strcmp(p->pair, inventory->resuming) != 0))
            return p;
    }
    return NULL;
}

/* By the word of the host where libvirt has it running, too. */
static bool
runs_alone(const struct ft_known_pair *pair, const struct ft_host *primary)
{
    return pair->primary_says && strcmp(pair->state, "alone") == 0 &&
           strcmp(pair->primary, primary->name) == 0;
}

static bool
is_maintained(const struct ft_inventory *inventory, const char *name)
{
    const struct ft_host *host = ft_inventory_host(inventory, name);

    return host != NULL && host->maintenance_at != 0;
}

const struct ft_known_pair *
ft_move_from(const struct ft_inventory *inventory,
             const struct ft_host *primary, const struct ft_domain *domain,
             const char *standby, char why[FT_MOVE_TEXT])
{
    const struct ft_known_pair *pair = find(inventory, domain);
    char unused[FT_MOVE_TEXT];

    why = why != NULL ? why : unused;
    why[0] = '\0';
    if (pair == NULL)
        return NULL;
    if (!runs_alone(pair, primary)) {
        snprintf(why, FT_MOVE_TEXT,
                 "Nothing to do; ftadmin unprotect ends the protection.");
        return NULL;
    }
    switch (pair->other) {
    case FT_OTHER_EMPTY:
        return pair;
    case FT_OTHER_SILENT:
        if (standby != NULL && strcmp(standby, pair->standby) != 0)
            return pair;
        snprintf(why, FT_MOVE_TEXT,
                 "Bring %.100s back, and the copy is made again by itself; or "
                 "move it to another host: --standby HOST, or --standby best.",
                 pair->standby);
        return NULL;
    case FT_OTHER_UNKNOWN:
        snprintf(why, FT_MOVE_TEXT,
                 "Start ftengine on %.100s (systemctl start ftengine): it may "
                 "have its part of the pair still.",
                 pair->standby);
        return NULL;
    default:
        if (is_maintained(inventory, pair->standby)) {
            if (standby != NULL && strcmp(standby, pair->standby) != 0)
                return pair;
            snprintf(why, FT_MOVE_TEXT,
                     "End the maintenance of %.100s, and the copy is made again "
                     "by itself; or move it to another host: --standby HOST, or "
                     "--standby best.",
                     pair->standby);
            return NULL;
        }
        snprintf(why, FT_MOVE_TEXT,
                 "Nothing to do: %.100s answers, and the hosts come together by "
                 "themselves.",
                 pair->standby);
        return NULL;
    }
}

bool
ft_move_is_attached(const struct ft_inventory *inventory)
{
    return inventory->resuming != NULL || inventory->leaving != NULL;
}
