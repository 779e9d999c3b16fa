/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of traffic control, for traffic.c and traffic-filter.c only.
 *
 * An attribute that does not fit makes the message short of it: nla_put's only
 * failure, and a page is far more than any of these needs.
 */
#ifndef FT_BASE_TRAFFIC_PRIVATE_H
#define FT_BASE_TRAFFIC_PRIVATE_H

#include <stdint.h>

#include "base/netlink.h"

/* A request with a tcmsg; NULL without memory, which ft_netlink_ask says. */
struct nl_msg *ft_traffic_request(int type, int flags, int index,
                                  uint32_t parent, uint32_t handle,
                                  uint32_t info);

/* attribute: of a text. A request of NULL is a no-op. */
void ft_traffic_put_kind(struct nl_msg *request, int attribute,
                         const char *kind);

#endif
