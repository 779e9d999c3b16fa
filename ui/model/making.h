/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A picture (picture.h) made some rows at a time, because thousands of VMs take
 * longer than a key may wait: pairs, then VMs, then what is said of all of them.
 *
 * Pure. Ownership: ft_making_begin and ft_making_free; what is made is taken
 * once (ft_making_take). The live state may change between two steps, the VMs
 * may not. Threads: one at a time. Times as in live.h.
 */
#ifndef FT_UI_MODEL_MAKING_H
#define FT_UI_MODEL_MAKING_H

#include "ui/model/live.h"
#include "ui/model/picture.h"

struct ft_making;

/* What it is made of. */
struct ft_making_from {
    const struct ft_live *live;
    const struct ft_store_vm *vms; /* those that the database has */
    size_t vm_count;
    int64_t now_ms, wall_ms;
};

/* NULL without memory. */
struct ft_making *ft_making_begin(const struct ft_making_from *from);

/* NULL is a no-op. */
void ft_making_free(struct ft_making *making);

/* So many rows more at most: 1 when all is made, 0, or -ENOMEM. */
int ft_making_step(struct ft_making *making, const struct ft_making_from *from,
                   size_t most);

/*
 * Puts pairs, hosts, vms, the sums and wall_ms into the picture; what was there
 * is the caller's to have freed. All else stays as it is.
 */
void ft_making_take(struct ft_making *making, struct ft_picture *picture);

#endif
