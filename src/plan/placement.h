/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Picks the standby host. Pure: same input, same answer.
 */
#ifndef FT_PLAN_PLACEMENT_H
#define FT_PLAN_PLACEMENT_H

#include "base/error.h"
#include "plan/checks.h"

/* One host that was looked at; reason says why it was (not) taken. */
struct ft_candidate {
    const struct ft_host *host;
    bool taken;
    enum ft_verdict verdict;
    bool together; /* with a VM that a rule keeps apart from it */
    bool crowded;  /* when some one host is lost */
    unsigned warnings;
    uint64_t memory_left;  /* bytes after the guest's */
    uint64_t storage_left; /* bytes after the replica's */
    char reason[320];
    char remedy[320];  /* of a failed check; may be empty */
    struct ft_fix fix; /* of the same; FT_FIX_NONE */
};

struct ft_placement {
    const struct ft_host *standby;   /* NULL: none will do */
    struct ft_candidate *candidates; /* all but the primary, best first */
    size_t count;
};

/*
 * Order: no failed check, no rule broken (standby.apart), not crowded by the loss of
 * any one host (standby.capacity), fewer warnings, more memory left, more storage
 * left, name. Hosts without libvirt are candidates that fail. 0 (also when none will
 * do), -ENOMEM.
 */
int ft_place(const struct ft_inventory *inventory, const struct ft_host *primary,
             const struct ft_domain *domain, struct ft_placement *placement);

void ft_placement_free(struct ft_placement *placement);

#endif
