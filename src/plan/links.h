/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Networks that two hosts share. Pure.
 */
#ifndef FT_PLAN_LINKS_H
#define FT_PLAN_LINKS_H

#include "inventory/host.h"

#define FT_LINKS_MAX 8

/* One network both hosts are in: the addresses a link may use. */
struct ft_link_path {
    char primary[46];
    char standby[46];
    char nic[FT_IFNAME_SIZE]; /* of the primary */
    bool guest_bridge;        /* shared with guests: last choice */
};

/*
 * Finds the networks that both hosts share, best first: a network of its own
 * before one that carries guests. Returns their number, at most FT_LINKS_MAX.
 */
size_t ft_link_paths(const struct ft_host *primary,
                     const struct ft_host *standby,
                     struct ft_link_path paths[FT_LINKS_MAX]);

/* A NIC of the second host in a network that both share, whose MAC address one of
 * the first host's NICs there has too; or NULL. */
const struct ft_nic *ft_shared_mac(const struct ft_host *first,
                                   const struct ft_host *second);

#endif
