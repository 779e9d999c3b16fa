/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What somebody else has put where a plug holds a VM's output, and what that
 * means to it. At the start all of it is refused (ft_plug_path_check); what comes
 * later is:
 *
 * - before the plug: it sees output that is not committed yet, may lead it past
 *   the plug, and cannot be put behind it. An XDP program or a tcx program on a
 *   tap; a tcx program on the egress of an ifb; a tcx program or a filter on the
 *   egress of a macvtap. The plug goes on
 *   with what reaches it, and whoever has the gate must not promise any more that
 *   nothing leaves before its commit.
 * - idle: behind the redirect, where a filter on a tap's ingress sees nothing as
 *   long as the gate is there. Nothing is to be done but to say so.
 *
 * A filter in the redirect's own place, or anything on the ifb, breaks the way: that
 * is ft_plug_path_judge's and ft_plug_path_lay's.
 *
 * What is heard of at once (rtnetlink): filters, and XDP programs put there by
 * rtnetlink (ip link set ... xdp). What is found by looking (ft_plug_others_look,
 * once a second): those put there by a bpf link, as libxdp and cilium do, and tcx
 * programs, of both of which the kernel tells nobody. What is not seen once the gate
 * is there: nftables chains, of family netdev, on the ingress of the tap, where they
 * see nothing, and on the egress of an ifb or a macvtap, where they see output
 * before it is held; who reads or takes frames by a packet socket.
 *
 * Threads: one at a time for each struct ft_netlink. Source: linux/net/core/dev.c
 * (__netif_receive_skb_core: XDP, packet sockets, tcx, clsact, netfilter;
 * __dev_queue_xmit: netfilter, tcx, clsact, the root qdisc), drivers/net/tun.c
 * (XDP before all of them), net/core/dev.c bpf_xdp_link_attach (no notification).
 */
#ifndef FT_GATE_PLUG_OTHERS_H
#define FT_GATE_PLUG_OTHERS_H

#include <stdbool.h>

#include "base/netlink.h"
#include "base/traffic.h"
#include "gate/plug-path.h"

enum ft_plug_others {
    FT_PLUG_OTHERS_NONE,
    FT_PLUG_OTHERS_IDLE,
    FT_PLUG_OTHERS_BEFORE,
};

/* What is on a tap, or a macvtap. */
struct ft_plug_sight {
    bool macvtap;
    bool xdp;
    unsigned tcx; /* programs: on the tap's ingress, the ifb's or macvtap's egress */
    struct ft_traffic_filters filters;
};

/* The worst of it; err (may be NULL) says what it is and what to do. Pure. */
enum ft_plug_others ft_plug_others_judge(const char *tap,
                                         const struct ft_plug_sight *sight,
                                         struct ft_error *err);

/* The same of what is there now; NONE where there is no such device. */
enum ft_plug_others ft_plug_others_look(struct ft_netlink *net,
                                        const struct ft_plug_path *path,
                                        struct ft_error *err);

#endif
