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
 * What a path carries, from the VM's host to that of its copy (plan/throughput.h), and
 * the other way, which a copy goes after a takeover.
 */
struct ft_link_rate {
    char address[46];         /* of the standby */
    char nic[FT_IFNAME_SIZE]; /* of the primary */
    double bytes_per_s;
    char back_address[46];         /* of the primary */
    char back_nic[FT_IFNAME_SIZE]; /* of the standby */
    double back_bytes_per_s;       /* 0: not measured */
    bool brief; /* both, for a moment, beside pairs that run (link/throughput.h) */
};

/*
 * Finds the networks that both hosts share, best first: a network of its own
 * before one that carries guests. Returns their number, at most FT_LINKS_MAX.
 */
size_t ft_link_paths(const struct ft_host *primary,
                     const struct ft_host *standby,
                     struct ft_link_path paths[FT_LINKS_MAX]);

/* Whether a bridge is one that libvirt made for NAT or an isolated network: it exists
 * on every host with the same addresses, and leads nowhere. */
bool ft_link_is_private(const struct ft_host *host, const struct ft_nic *bridge);

/* What a NIC's frames go out by in the end: what is below a VLAN, the port of a
 * bridge that is no VM's; a bond is not taken apart. nic itself where nothing is;
 * NULL for NULL. */
const struct ft_nic *ft_link_wire(const struct ft_host *host,
                                  const struct ft_nic *nic);

/* How many of these paths may be lost one by one: two addresses of one NIC, as of
 * IPv4 and IPv6, are one, and so are two VLANs on it. */
size_t ft_link_networks(const struct ft_host *primary,
                        const struct ft_host *standby,
                        const struct ft_link_path *paths, size_t count);

/* The NIC of a host that has this address, or NULL. */
const struct ft_nic *ft_link_nic(const struct ft_host *host,
                                 const char *address);

/* Bytes a second that the slower NIC of a path is at; 0: neither tells. */
double ft_link_speed(const struct ft_host *primary,
                     const struct ft_host *standby,
                     const struct ft_link_path *path);

/* A NIC of the second host in a network that both share, whose MAC address one of
 * the first host's NICs there has too; or NULL. */
const struct ft_nic *ft_shared_mac(const struct ft_host *first,
                                   const struct ft_host *second);

#endif
