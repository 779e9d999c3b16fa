/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/traffic.h"

#include <stdio.h>
#include <string.h>

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <netlink/attr.h>

#include "base/traffic-private.h"

#define IFB_QUEUE_LENGTH 4096 /* packets on their way back to the tap */
#define NO_SELF_ADDRESS 1     /* IN6_ADDR_GEN_MODE_NONE */

static struct nl_msg *
link_request(int type, int flags, int index, unsigned up)
{
    const struct ifinfomsg body = {
        .ifi_family = AF_UNSPEC,
        .ifi_index = index,
        .ifi_flags = up,
        .ifi_change = up,
    };

    return ft_netlink_request(type, flags, &body, sizeof(body));
}

struct nl_msg *
ft_traffic_request(int type, int flags, int index, uint32_t parent,
                   uint32_t handle, uint32_t info)
{
    const struct tcmsg body = {
        .tcm_family = AF_UNSPEC,
        .tcm_ifindex = index,
        .tcm_parent = parent,
        .tcm_handle = handle,
        .tcm_info = info,
    };

    return ft_netlink_request(type, flags, &body, sizeof(body));
}

void
ft_traffic_put_kind(struct nl_msg *request, int attribute, const char *kind)
{
    if (request)
        nla_put_string(request, attribute, kind);
}

/* ----- devices ----- */

/* Without IPv6 addresses, whose announcements would be held and counted. */
static void
put_silence(struct nl_msg *request)
{
    struct nlattr *families = nla_nest_start(request, IFLA_AF_SPEC);
    struct nlattr *family = families ? nla_nest_start(request, AF_INET6) : NULL;

    if (!family)
        return;
    nla_put_u8(request, IFLA_INET6_ADDR_GEN_MODE, NO_SELF_ADDRESS);
    nla_nest_end(request, family);
    nla_nest_end(request, families);
}

static int
add_ifb(struct ft_netlink *net, const char *name, bool silent,
        struct ft_error *err)
{
    struct nl_msg *request =
        link_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
    struct nlattr *info;

    if (request) {
        nla_put_string(request, IFLA_IFNAME, name);
        nla_put_u32(request, IFLA_TXQLEN, IFB_QUEUE_LENGTH);
        nla_put_u32(request, IFLA_NUM_TX_QUEUES, 1);
        nla_put_u32(request, IFLA_NUM_RX_QUEUES, 1);
        if (silent)
            put_silence(request);
        info = nla_nest_start(request, IFLA_LINKINFO);
        nla_put_string(request, IFLA_INFO_KIND, "ifb");
        if (info)
            nla_nest_end(request, info);
    }
    return ft_netlink_ask(net, request, NULL, NULL, "making an ifb device", err);
}

int
ft_traffic_add_ifb(struct ft_netlink *net, const char *name,
                   struct ft_error *err)
{
    int rc = add_ifb(net, name, true, err);

    /* a kernel without IPv6 has nothing to be told about it */
    return rc == -EAFNOSUPPORT ? add_ifb(net, name, false, err) : rc;
}

int
ft_traffic_raise_link(struct ft_netlink *net, int index, const char *alias,
                      struct ft_error *err)
{
    struct nl_msg *request = link_request(RTM_NEWLINK, 0, index, IFF_UP);

    ft_traffic_put_kind(request, IFLA_IFALIAS, alias);
    return ft_netlink_ask(net, request, NULL, NULL, "taking a device up", err);
}

int
ft_traffic_remove_link(struct ft_netlink *net, int index, struct ft_error *err)
{
    return ft_netlink_ask(net, link_request(RTM_DELLINK, 0, index, 0), NULL,
                          NULL, "removing a device", err);
}

static void
read_kind(const struct nlattr *info, char kind[FT_TRAFFIC_KIND_SIZE])
{
    const struct nlattr *a =
        nla_find(nla_data(info), nla_len(info), IFLA_INFO_KIND);

    if (a)
        nla_strlcpy(kind, a, FT_TRAFFIC_KIND_SIZE);
}

static bool
has_xdp(const struct nlattr *xdp)
{
    const struct nlattr *a =
        nla_find(nla_data(xdp), nla_len(xdp), IFLA_XDP_ATTACHED);

    return a && nla_get_u8(a) != XDP_ATTACHED_NONE;
}

static void
read_counters(const struct nlattr *a, struct ft_traffic_link *link)
{
    struct rtnl_link_stats64 counters = { 0 };

    nla_memcpy(&counters, a, sizeof(counters));
    link->rx_packets = counters.rx_packets;
    link->rx_dropped = counters.rx_dropped;
    link->tx_packets = counters.tx_packets;
}

void
ft_traffic_read_link(const struct nlmsghdr *header, struct ft_traffic_link *link)
{
    const struct ifinfomsg *body = nlmsg_data(header);
    struct nlattr *a = NULL;
    int left;

    memset(link, 0, sizeof(*link));
    link->index = body->ifi_index;
    link->flags = body->ifi_flags;
    nlmsg_for_each_attr(a, (struct nlmsghdr *)(uintptr_t)header, sizeof(*body),
                        left)
    {
        if (nla_type(a) == IFLA_IFNAME)
            nla_strlcpy(link->name, a, sizeof(link->name));
        else if (nla_type(a) == IFLA_LINKINFO)
            read_kind(a, link->kind);
        else if (nla_type(a) == IFLA_XDP)
            link->xdp = has_xdp(a);
        else if (nla_type(a) == IFLA_STATS64)
            read_counters(a, link);
    }
}

static void
take_link(const struct nlmsghdr *header, void *opaque)
{
    if (header->nlmsg_type == RTM_NEWLINK)
        ft_traffic_read_link(header, opaque);
}

int
ft_traffic_look_link(struct ft_netlink *net, const char *name, int index,
                     struct ft_traffic_link *link, struct ft_error *err)
{
    struct nl_msg *request = link_request(RTM_GETLINK, 0, index, 0);

    if (name)
        ft_traffic_put_kind(request, IFLA_IFNAME, name);
    memset(link, 0, sizeof(*link));
    return ft_netlink_ask(net, request, take_link, link,
                          name ? name : "looking at a device", err);
}

struct listing {
    void (*see)(const struct ft_traffic_link *link, void *opaque);
    void *opaque;
};

static void
list_link(const struct nlmsghdr *header, void *opaque)
{
    const struct listing *listing = opaque;
    struct ft_traffic_link link;

    if (header->nlmsg_type != RTM_NEWLINK)
        return;
    ft_traffic_read_link(header, &link);
    listing->see(&link, listing->opaque);
}

int
ft_traffic_list_links(struct ft_netlink *net,
                      void (*see)(const struct ft_traffic_link *link,
                                  void *opaque),
                      void *opaque, struct ft_error *err)
{
    struct listing listing = { see, opaque };

    return ft_netlink_ask(net, link_request(RTM_GETLINK, NLM_F_DUMP, 0, 0),
                          list_link, &listing, "listing the devices", err);
}

/* ----- qdiscs ----- */

static int
send_plug(struct ft_netlink *net, int index, uint32_t handle, int flags,
          const struct tc_plug_qopt *options, struct ft_error *err)
{
    struct nl_msg *request =
        ft_traffic_request(RTM_NEWQDISC, flags, index, TC_H_ROOT, handle, 0);

    ft_traffic_put_kind(request, TCA_KIND, "plug");
    if (request)
        nla_put(request, TCA_OPTIONS, sizeof(*options), options);
    return ft_netlink_ask(net, request, NULL, NULL,
                          flags ? "making a plug" : "an order to a plug", err);
}

int
ft_traffic_put_plug(struct ft_netlink *net, int index, uint32_t handle,
                    uint32_t limit, struct ft_error *err)
{
    const struct tc_plug_qopt options = { TCQ_PLUG_LIMIT, limit };
    int rc = send_plug(net, index, handle, NLM_F_CREATE | NLM_F_REPLACE,
                       &options, err);

    if (rc == -ENOENT)
        ft_error_hint(err, "This kernel has no sch_plug: install the package "
                           "with all of its modules, or another kernel.");
    return rc;
}

int
ft_traffic_order_plug(struct ft_netlink *net, int index, uint32_t handle,
                      int action, struct ft_error *err)
{
    const struct tc_plug_qopt options = { action, 0 };

    return send_plug(net, index, handle, 0, &options, err);
}

int
ft_traffic_remove_root(struct ft_netlink *net, int index, struct ft_error *err)
{
    return ft_netlink_ask(net,
                          ft_traffic_request(RTM_DELQDISC, 0, index, TC_H_ROOT,
                                             0, 0),
                          NULL, NULL, "removing the root", err);
}

static void
read_statistics(const struct nlattr *statistics, struct ft_traffic_qdisc *qdisc)
{
    struct gnet_stats_queue queue = { 0 };
    struct gnet_stats_basic basic = { 0 };
    const struct nlattr *a =
        nla_find(nla_data(statistics), nla_len(statistics), TCA_STATS_QUEUE);

    if (a)
        nla_memcpy(&queue, a, sizeof(queue));
    a = nla_find(nla_data(statistics), nla_len(statistics), TCA_STATS_BASIC);
    if (a)
        nla_memcpy(&basic, a, sizeof(basic));
    qdisc->packets = queue.qlen;
    qdisc->bytes = queue.backlog;
    qdisc->dropped = queue.drops;
    qdisc->sent = basic.packets;
    qdisc->sent_bytes = basic.bytes;
}

static void
take_qdisc(const struct nlmsghdr *header, void *opaque)
{
    struct ft_traffic_qdisc *qdisc = opaque;
    const struct tcmsg *body = nlmsg_data(header);
    const struct nlattr *a;

    if (header->nlmsg_type != RTM_NEWQDISC)
        return;
    qdisc->handle = body->tcm_handle;
    a = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)header, sizeof(*body),
                        TCA_KIND);
    if (a)
        nla_strlcpy(qdisc->kind, a, sizeof(qdisc->kind));
    a = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)header, sizeof(*body),
                        TCA_STATS2);
    if (a)
        read_statistics(a, qdisc);
}

int
ft_traffic_look_qdisc(struct ft_netlink *net, int index, uint32_t parent,
                      struct ft_traffic_qdisc *qdisc, struct ft_error *err)
{
    memset(qdisc, 0, sizeof(*qdisc));
    /* the kernel tells who asked only with NLM_F_ECHO (qdisc_notify) */
    return ft_netlink_ask(net,
                          ft_traffic_request(RTM_GETQDISC, NLM_F_ECHO, index,
                                             parent, 0, 0),
                          take_qdisc, qdisc, "looking at a qdisc", err);
}

int
ft_traffic_add_clsact(struct ft_netlink *net, int index, struct ft_error *err)
{
    struct nl_msg *request =
        ft_traffic_request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, index,
                           TC_H_CLSACT, TC_H_MAKE(TC_H_CLSACT, 0), 0);

    ft_traffic_put_kind(request, TCA_KIND, "clsact");
    return ft_netlink_ask(net, request, NULL, NULL, "adding clsact", err);
}

int
ft_traffic_remove_clsact(struct ft_netlink *net, int index, struct ft_error *err)
{
    return ft_netlink_ask(net,
                          ft_traffic_request(RTM_DELQDISC, 0, index, TC_H_CLSACT,
                                             TC_H_MAKE(TC_H_CLSACT, 0), 0),
                          NULL, NULL, "removing clsact", err);
}
