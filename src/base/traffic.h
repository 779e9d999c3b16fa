/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network devices and traffic control of the kernel, one request each: an ifb,
 * a plug (sch_plug) as its root, clsact and a redirect on another device. For
 * this network namespace; all changes need CAP_NET_ADMIN.
 *
 * Every function returns 0 or -errno and tells err (may be NULL) what failed.
 * Numbers are the kernel's: index of a device, handle and parent of a qdisc.
 *
 * Threads: as struct ft_netlink.
 * Source: rtnetlink(7), linux/rtnetlink.h, linux/pkt_sched.h, linux/pkt_cls.h,
 * linux/tc_act/tc_mirred.h.
 */
#ifndef FT_BASE_TRAFFIC_H
#define FT_BASE_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include <net/if.h>

#include "base/netlink.h"

#define FT_TRAFFIC_KIND_SIZE 16

struct ft_traffic_link {
    int index;
    unsigned flags; /* IFF_UP ... */
    char name[IF_NAMESIZE];
    char kind[FT_TRAFFIC_KIND_SIZE]; /* "ifb", "tun"; "" of hardware */
    bool xdp;                        /* a program is attached */
    uint64_t rx_packets, rx_dropped, tx_packets;
};

struct ft_traffic_qdisc {
    char kind[FT_TRAFFIC_KIND_SIZE];
    uint32_t handle;
    uint32_t packets, bytes; /* held now */
    uint32_t dropped;        /* since it was made */
    uint64_t sent, sent_bytes;
};

/* A device of kind ifb with one queue, down. -EEXIST, -EOPNOTSUPP: the kernel
 * has none. */
int ft_traffic_add_ifb(struct ft_netlink *net, const char *name,
                       struct ft_error *err);

/* alias: a text for whoever lists the devices. */
int ft_traffic_raise_link(struct ft_netlink *net, int index, const char *alias,
                          struct ft_error *err);

int ft_traffic_remove_link(struct ft_netlink *net, int index,
                           struct ft_error *err);

/* By name, or by index where name is NULL. -ENODEV. */
int ft_traffic_look_link(struct ft_netlink *net, const char *name, int index,
                         struct ft_traffic_link *link, struct ft_error *err);

/* Calls see for every link. */
int ft_traffic_list_links(struct ft_netlink *net,
                          void (*see)(const struct ft_traffic_link *link,
                                      void *opaque),
                          void *opaque, struct ft_error *err);

/* What an event says, of type RTM_NEWLINK or RTM_DELLINK. */
void ft_traffic_read_link(const struct nlmsghdr *header,
                          struct ft_traffic_link *link);

/*
 * Makes or replaces the root of a device by a plug of this handle, which differs
 * from that of the one before: closed, empty, holding limit bytes at most.
 * -ENOENT: the kernel has no sch_plug.
 */
int ft_traffic_put_plug(struct ft_netlink *net, int index, uint32_t handle,
                        uint32_t limit, struct ft_error *err);

/* action: TCQ_PLUG_BUFFER ... */
int ft_traffic_order_plug(struct ft_netlink *net, int index, uint32_t handle,
                          int action, struct ft_error *err);

/* The device has its default root again; what is in the one of before is lost. */
int ft_traffic_remove_root(struct ft_netlink *net, int index,
                           struct ft_error *err);

/* The qdisc at parent (TC_H_ROOT, TC_H_CLSACT). -ENOENT: there is none. */
int ft_traffic_look_qdisc(struct ft_netlink *net, int index, uint32_t parent,
                          struct ft_traffic_qdisc *qdisc, struct ft_error *err);

/* -EEXIST: it, or an ingress qdisc, is there already. */
int ft_traffic_add_clsact(struct ft_netlink *net, int index,
                          struct ft_error *err);

int ft_traffic_remove_clsact(struct ft_netlink *net, int index,
                             struct ft_error *err);

/*
 * The first filter of a device's clsact on ingress leads everything to device
 * `to`. Where it is there already it is led there from now on, in one step.
 */
int ft_traffic_redirect(struct ft_netlink *net, int index, int to,
                        struct ft_error *err);

int ft_traffic_remove_redirect(struct ft_netlink *net, int index,
                               struct ft_error *err);

/* How many filters a clsact has besides our redirect, and whether that is there. */
int ft_traffic_count_filters(struct ft_netlink *net, int index,
                             unsigned *others, bool *ours, struct ft_error *err);

/* Whether an event (RTM_NEWTFILTER, RTM_DELTFILTER) is about our redirect. */
bool ft_traffic_is_redirect(const struct nlmsghdr *header);

#endif
