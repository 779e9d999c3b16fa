/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do the hosts of a pair and its witness let each other in? Every connection that
 * the pair will make is tried before anything is changed, and also those that it
 * makes after a takeover: a firewall that nobody remembers must not be found then.
 * Pure.
 */
#ifndef FT_PLAN_CONNECTIONS_H
#define FT_PLAN_CONNECTIONS_H

#include "inventory/host.h"
#include "plan/findings.h"
#include "plan/jitter.h"

#define FT_CONNECTIONS_MAX 4

/* One of these connections, and what was seen of it. */
struct ft_connection {
    const struct ft_host *from, *to; /* the inventory's */
    char address[46];                /* of to, numeric */
    uint16_t port;
    bool witness;   /* to is the witness */
    char other[46]; /* of the first: the standby's in another network, or "" */
    struct ft_trips trips; /* sent 0: not tried */
};

/*
 * The connections of a pair, not tried yet: from the VM's host to that of its copy,
 * which is the first, the same way back, and from both to the witness (NULL: none),
 * each by the best network that the two share, or by address of the standby (NULL:
 * any). Returns their number; 0 where primary and standby share no network.
 */
size_t ft_connections(const struct ft_host *primary,
                      const struct ft_host *standby,
                      const struct ft_host *witness, const char *address,
                      struct ft_connection connections[FT_CONNECTIONS_MAX]);

/*
 * Adds a finding for each that was tried, link.port or witness.port, with what is to
 * be done on that host. The first fails, the others warn; so does the first of a
 * pair that is there (standing) and may use another network. And one, link.mtu-passes,
 * of each between the two hosts of which it is known whether large packets come through.
 * 0 or -ENOMEM.
 */
int ft_connections_check(const struct ft_connection *connections, size_t count,
                         bool standing, struct ft_findings *findings);

/*
 * That last finding alone, of a connection that was tried; none where nothing is known
 * of large packets, or both ends agree on smaller ones. 0 or -ENOMEM.
 */
int ft_connection_check_size(const struct ft_connection *connection,
                             struct ft_findings *findings);

#endif
