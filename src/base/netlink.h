/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the kernel by netlink(7), each answered before the call returns,
 * with the kernel's own errno and words.
 *
 * Ownership: a struct ft_netlink is the caller's, opened and closed here.
 * Threads: one at a time for each.
 * Source: netlink(7), libnl's nl_msg and nla functions, linux/netlink.h
 * (NETLINK_EXT_ACK).
 */
#ifndef FT_BASE_NETLINK_H
#define FT_BASE_NETLINK_H

#include <stddef.h>
#include <stdint.h>

#include <netlink/msg.h>
#include <netlink/socket.h>

#include "base/error.h"

struct ft_netlink {
    struct nl_sock *socket; /* NULL: closed */
    uint32_t port;          /* what others' messages name this one by */
    int error;              /* of the last request: errno, 0 */
    char words[160];        /* the kernel's on it, or "" */
};

/* One message of an answer or an event. */
typedef void (*ft_netlink_take)(const struct nlmsghdr *header, void *opaque);

/* protocol: NETLINK_ROUTE, ... 0 or -errno. */
int ft_netlink_open(struct ft_netlink *net, int protocol, struct ft_error *err);

void ft_netlink_close(struct ft_netlink *net);

/*
 * A request with its fixed part. NULL without memory, then and whenever
 * attributes do not fit ft_netlink_ask says ENOMEM.
 */
struct nl_msg *ft_netlink_request(int type, int flags, const void *body,
                                  size_t size);

/*
 * Sends the request, which is freed, and waits for its end. take (may be NULL)
 * gets what was asked for. 0, or -errno of the kernel; err tells what failed:
 * "what: reason".
 */
int ft_netlink_ask(struct ft_netlink *net, struct nl_msg *request,
                   ft_netlink_take take, void *opaque, const char *what,
                   struct ft_error *err);

/*
 * For one that listens to links and traffic control: hears only of devices with
 * these indices, and not of what `port` itself did. n <= 64. 0 or -errno.
 */
int ft_netlink_hear_only(struct ft_netlink *net, uint32_t port,
                         const int *indices, size_t n);

/*
 * For one that listens (nl_socket_add_memberships): hands out all events that
 * are there, without waiting. -ENOBUFS: some were lost.
 */
int ft_netlink_events(struct ft_netlink *net, ft_netlink_take take,
                      void *opaque);

#endif
