/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host has of another one because it was made as a copy of it: things that
 * must be a host's own. Pure.
 */
#ifndef FT_PLAN_CLONES_H
#define FT_PLAN_CLONES_H

#include "inventory/host.h"

struct ft_clone {
    char what[200];   /* "machine-id, MAC address 02:00:00:00:00:01 (br0)" */
    char remedy[320]; /* for each, what to do on one of the two */
};

/*
 * Of two hosts that are not one (ft_host_identity): whether the second has the
 * machine-id, the SSH host key, the UUID of libvirt (which is the machine's DMI
 * UUID unless somebody gave it another) or, on a network that both are in, a MAC
 * address of the first. Several hosts with one MAC address on one network lose
 * frames. *clone is filled when it has.
 */
bool ft_clone_look(const struct ft_host *first, const struct ft_host *second,
                   struct ft_clone *clone);

#endif
