/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a host's facts to what the database keeps of them. Pure; any thread.
 */
#ifndef FT_UI_MODEL_TOPOLOGY_H
#define FT_UI_MODEL_TOPOLOGY_H

#include "db/store.h"
#include "inventory/host.h"

/* Owns its arrays, to which rows refers. */
struct ft_topology {
    struct ft_store_topology rows;
    struct ft_store_nic *nics;
    struct ft_store_network *networks; /* bridges, then libvirt's networks */
    struct ft_store_pool *pools;
    struct ft_store_vm *vms;
};

/* Texts that are too long are cut, for they are only shown. 0 or -ENOMEM. */
int ft_topology_make(const struct ft_host *facts, struct ft_topology *topology,
                     struct ft_error *err);

/* Also after an error, and of all zero. */
void ft_topology_free(struct ft_topology *topology);

#endif
