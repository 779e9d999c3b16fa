/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others have put on a tap, or given vhost-net, that a plug cannot go with,
 * at the start; later is plug-others.c's.
 * Source: linux/net/core/dev.c (what an ifb gives back is past tc and past
 * netfilter's ingress), drivers/vhost/net.c
 * (experimental_zcopytx: a stop waits for frames that are held),
 * linux/netfilter/nf_tables.h.
 */
#include "config.h"

#include "gate/plug-others.h"
#include "gate/plug-path.h"

#include <arpa/inet.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/pkt_sched.h>

#include <netlink/attr.h>

#include "base/cleanup.h"
#include "base/io.h"

#define ZERO_COPY "/sys/module/vhost_net/parameters/experimental_zcopytx"

static int
check_zero_copy(struct ft_error *err)
{
    FT_AUTOFREE char *text = NULL;

    if (ft_file_read(ZERO_COPY, 64, &text, NULL) < 0 || text[0] == '0')
        return 0;
    return ft_fail(err, ENOTSUP,
                   "Load vhost_net with experimental_zcopytx=0 (its default) and "
                   "restart the VM.",
                   "vhost-net waits for frames that are held: " ZERO_COPY
                   " is not 0");
}

static int
others_control(const struct ft_traffic_link *tap, const char *kind,
               struct ft_error *err)
{
    return ft_fail(err, EBUSY,
                   "Remove it (tc qdisc del), or the interface's <bandwidth> "
                   "that made it (virsh domiftune).",
                   "%s has traffic control of somebody else: %s", tap->name,
                   kind);
}

static int
check_qdisc(struct ft_netlink *net, const struct ft_traffic_link *tap,
            struct ft_error *err)
{
    struct ft_traffic_filters filters;
    struct ft_traffic_qdisc qdisc;
    unsigned others = 1;

    if (ft_traffic_look_qdisc(net, tap->index, TC_H_CLSACT, &qdisc, NULL) < 0 ||
        qdisc.kind[0] == '\0')
        return 0;
    if (strcmp(qdisc.kind, "clsact") == 0 &&
        ft_traffic_look_filters(net, tap->index, &filters, NULL) == 0)
        others = filters.behind + filters.instead + filters.egress;
    return others ? others_control(tap, qdisc.kind, err) : 0;
}

/* The default root of a device has no handle. */
static int
check_root(struct ft_netlink *net, const struct ft_traffic_link *tap,
           struct ft_error *err)
{
    struct ft_traffic_qdisc root;

    if (ft_traffic_look_qdisc(net, tap->index, TC_H_ROOT, &root, NULL) < 0 ||
        root.handle == 0 || strcmp(root.kind, "plug") == 0)
        return 0;
    return others_control(tap, root.kind, err);
}

struct search {
    const char *tap;
    bool found;
};

static bool
names_tap(const struct nlattr *name, const char *tap)
{
    return nla_strcmp(name, tap) == 0;
}

/* By one name, or a list of them. */
static bool
is_on_tap(const struct nlattr *hook, const char *tap)
{
    const struct nlattr *one =
        nla_find(nla_data(hook), nla_len(hook), NFTA_HOOK_DEV);
    const struct nlattr *list =
        nla_find(nla_data(hook), nla_len(hook), NFTA_HOOK_DEVS);
    const struct nlattr *a;
    int left;

    if (one && names_tap(one, tap))
        return true;
    if (!list)
        return false;
    nla_for_each_nested(a, list, left) if (names_tap(a, tap)) return true;
    return false;
}

/* A chain of family netdev that stands at the tap's receive side. */
static void
note_chain(const struct nlmsghdr *header, void *opaque)
{
    struct search *search = opaque;
    const struct nlattr *hook =
        nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)header,
                        sizeof(struct nfgenmsg), NFTA_CHAIN_HOOK);
    const struct nlattr *number =
        hook ? nla_find(nla_data(hook), nla_len(hook), NFTA_HOOK_HOOKNUM) : NULL;

    if (number && ntohl(nla_get_u32(number)) == NF_NETDEV_INGRESS)
        search->found |= is_on_tap(hook, search->tap);
}

/* A kernel without nftables has no chains. */
static int
check_netfilter(const struct ft_traffic_link *tap, struct ft_error *err)
{
    const struct nfgenmsg body = { .nfgen_family = NFPROTO_NETDEV,
                                   .version = NFNETLINK_V0 };
    struct search search = { tap->name, false };
    struct ft_netlink net;

    if (ft_netlink_open(&net, NETLINK_NETFILTER, NULL) < 0)
        return 0;
    ft_netlink_ask(&net,
                   ft_netlink_request(NFNL_SUBSYS_NFTABLES << 8 |
                                          NFT_MSG_GETCHAIN,
                                      NLM_F_DUMP, &body, sizeof(body)),
                   note_chain, &search, "netfilter", NULL);
    ft_netlink_close(&net);
    return search.found
               ? ft_fail(err, EBUSY,
                         "Remove the chain (nft list ruleset), or filter "
                         "on the bridge instead.",
                         "%s has an nftables chain of family netdev, "
                         "which held output would pass by",
                         tap->name)
               : 0;
}

int
ft_plug_path_check(struct ft_netlink *net, const char *tap, struct ft_error *err)
{
    struct ft_plug_path path = { 0 };
    struct ft_traffic_link link;
    int rc = ft_traffic_look_link(net, tap, 0, &link, err);

    if (rc == 0)
        rc = ft_plug_path_find(net, tap, 0, &path, err);
    if (rc == 0)
        rc = check_zero_copy(err);
    if (rc < 0)
        return rc;
    if (ft_plug_others_look(net, &path, err) == FT_PLUG_OTHERS_BEFORE)
        return -EBUSY;
    if (path.root)
        return check_root(net, &link, err);
    rc = check_qdisc(net, &link, err);
    return rc == 0 ? check_netfilter(&link, err) : rc;
}
