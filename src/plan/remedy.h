/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What to do on a host that lacks what the engine needs, in the words of its own
 * distribution: the package, and what to start again. Pure.
 *
 * What which release has: Debian's and Ubuntu's package archives, the release
 * notes of RHEL; Linux 6.7 is the first with WP_ASYNC and PAGEMAP_SCAN.
 */
#ifndef FT_PLAN_REMEDY_H
#define FT_PLAN_REMEDY_H

#include <stddef.h>

#include "inventory/host.h"

/* For a host whose kernel lacks a feature. Never NULL. */
const char *ft_remedy_kernel(const struct ft_host *host);

/* For a host whose libvirt is older than 8.2. Never NULL. */
const char *ft_remedy_libvirt(const struct ft_host *host);

/*
 * For a host that does not let others in at a TCP port, by the firewall that it has
 * (firewall-cmd(1), ufw(8), nft(8), iptables(8)); into text of size bytes, 300 are
 * enough.
 */
void ft_remedy_port(const struct ft_host *host, unsigned port, char *text,
                    size_t size);

#endif
