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
 * The redirect: a device's clsact leads everything that comes in (ingress) to
 * another device. It is the first node of the u32 filter of the first priority:
 * in chain 0, where all begins, nothing can be put before it, neither by a lower
 * priority nor by a lower node. Somebody else's filter can only take its place
 * when it is gone.
 *
 * Leads to device `to`; where it is there already it does so from now on, in one
 * step. -EBUSY: a filter of somebody else has its place.
 */
int ft_traffic_redirect(struct ft_netlink *net, int index, int to,
                        struct ft_error *err);

/* Only that. -ENOENT: it is not there. */
int ft_traffic_remove_redirect(struct ft_netlink *net, int index,
                               struct ft_error *err);

/* Where a filter stands, seen from the redirect. */
enum ft_traffic_place {
    FT_TRAFFIC_NOWHERE,  /* it is none: a u32 table lists itself, too */
    FT_TRAFFIC_EGRESS,   /* on the device's other side */
    FT_TRAFFIC_REDIRECT, /* it is the redirect */
    FT_TRAFFIC_BEHIND,   /* of what the redirect leads away it sees nothing */
    FT_TRAFFIC_INSTEAD,  /* where the redirect would have to be */
};

/*
 * Of a filter that is listed or an event, RTM_NEWTFILTER or RTM_DELTFILTER. Pure.
 * A node of another u32 table of the first priority with the redirect's number
 * is taken for it.
 */
enum ft_traffic_place ft_traffic_filter_place(const struct nlmsghdr *header);

/*
 * Where a redirect leads everything, whatever it finds in a frame; 0: it does not,
 * or leads nowhere since the device is gone. Of a message of place
 * FT_TRAFFIC_REDIRECT. Pure.
 */
int ft_traffic_redirect_target(const struct nlmsghdr *header);

struct ft_traffic_filters {
    bool redirect;
    uint32_t handle; /* of the redirect, or 0 */
    uint32_t former; /* of one that an earlier engine made, or 0 */
    int to;          /* ft_traffic_redirect_target */
    unsigned behind, instead, egress; /* others' */
    unsigned sharing; /* of those behind: in the redirect's own table */
};

/*
 * Counts the filters of a device's clsact. u32 filters of the same priority have
 * their tables in common, in all chains and on both sides: they are counted at each.
 */
int ft_traffic_look_filters(struct ft_netlink *net, int index,
                            struct ft_traffic_filters *filters,
                            struct ft_error *err);

/*
 * How many programs are at a device's tcx hook (Linux 6.6) of ingress or egress,
 * which comes before the clsact of that side and of which rtnetlink says nothing.
 * 0 too where the kernel has no such hook. Source: linux/bpf.h, BPF_PROG_QUERY.
 */
unsigned ft_traffic_count_tcx(int index, bool egress);

#endif
