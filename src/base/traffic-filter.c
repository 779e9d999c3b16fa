/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The redirect, and what else has a say before or after it. */
#include "config.h"

#include "base/traffic.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>

#include <netlink/attr.h>

#include "base/traffic-private.h"

#define INGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define EGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)
#define PRIORITY 1u /* before all others */
/* Before all others of its table; the kernel gives 0x800 and more by itself. */
#define REDIRECT_NODE 1u
#define FORMER_NODE 0xf7au /* of engines before this */
#define FIRST_PRIORITY (PRIORITY << 16)
/* Of enum bpf_attach_type, which older headers have not. */
#define TCX_INGRESS 46u
#define TCX_EGRESS 47u

/* ----- the redirect ----- */

static struct nl_msg *
filter_request(int type, int flags, int index, uint32_t node)
{
    return ft_traffic_request(type, flags, index, INGRESS, node,
                              TC_H_MAKE(FIRST_PRIORITY, htons(ETH_P_ALL)));
}

static void
put_mirred(struct nl_msg *request, int to)
{
    const struct tc_mirred what = {
        .action = TC_ACT_STOLEN,
        .eaction = TCA_EGRESS_REDIR,
        .ifindex = (uint32_t)to,
    };
    struct nlattr *list = nla_nest_start(request, TCA_U32_ACT);
    struct nlattr *first = list ? nla_nest_start(request, 1) : NULL;
    struct nlattr *options;

    if (!first)
        return;
    nla_put_string(request, TCA_ACT_KIND, "mirred");
    options = nla_nest_start(request, TCA_ACT_OPTIONS);
    nla_put(request, TCA_MIRRED_PARMS, sizeof(what), &what);
    if (options)
        nla_nest_end(request, options);
    nla_nest_end(request, first);
    nla_nest_end(request, list);
}

/* One key of no bits fits everything. */
static void
put_match_all(struct nl_msg *request)
{
    struct {
        struct tc_u32_sel sel;
        struct tc_u32_key key;
    } selector = { .sel = { .flags = TC_U32_TERMINAL, .nkeys = 1 } };

    nla_put(request, TCA_U32_SEL, sizeof(selector), &selector);
}

/* handle: of the one that is there; one without a table means its first one. */
static int
put_redirect(struct ft_netlink *net, int index, uint32_t handle, int to,
             struct ft_error *err)
{
    struct nl_msg *request =
        filter_request(RTM_NEWTFILTER, NLM_F_CREATE, index, handle);
    struct nlattr *options;

    ft_traffic_put_kind(request, TCA_KIND, "u32");
    if (request) {
        options = nla_nest_start(request, TCA_OPTIONS);
        put_match_all(request);
        put_mirred(request, to);
        if (options)
            nla_nest_end(request, options);
    }
    return ft_netlink_ask(net, request, NULL, NULL, "redirecting the output",
                          err);
}

/* A node of 0 is the whole table. */
static int
remove_node(struct ft_netlink *net, int index, uint32_t node,
            struct ft_error *err)
{
    return ft_netlink_ask(net, filter_request(RTM_DELTFILTER, 0, index, node),
                          NULL, NULL, "removing the redirect", err);
}

/* What a node matches stays as it was when it is replaced. */
int
ft_traffic_redirect(struct ft_netlink *net, int index, int to,
                    struct ft_error *err)
{
    struct ft_traffic_filters now;
    int rc = ft_traffic_look_filters(net, index, &now, err);

    if (rc < 0)
        return rc;
    if (now.instead)
        return ft_fail(err, EBUSY, "Remove it (tc filter show dev ... ingress).",
                       "a filter of somebody else has the first priority");
    rc = put_redirect(net, index, now.handle ? now.handle : REDIRECT_NODE, to,
                      err);
    if (rc == 0 && now.former)
        remove_node(net, index, now.former, NULL);
    if (rc == 0)
        rc = ft_traffic_look_filters(net, index, &now, err);
    if (rc == 0 && now.to != to) {
        remove_node(net, index, now.handle, NULL);
        rc = put_redirect(net, index, REDIRECT_NODE, to, err);
    }
    return rc;
}

int
ft_traffic_remove_redirect(struct ft_netlink *net, int index,
                           struct ft_error *err)
{
    struct ft_traffic_filters now;
    int rc = ft_traffic_look_filters(net, index, &now, err);

    if (rc < 0)
        return rc;
    if (!now.redirect)
        return ft_fail(err, ENOENT, NULL, "there is no redirect");
    /* a table that is left empty would take the priority from others */
    if (!now.sharing)
        return remove_node(net, index, 0, err);
    if (now.former)
        rc = remove_node(net, index, now.former, err);
    return rc == 0 && now.handle ? remove_node(net, index, now.handle, err) : rc;
}

/* ----- filters, of whomever ----- */

static const struct nlattr *
find_attribute(const struct nlmsghdr *header, int type)
{
    return nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)header,
                           sizeof(struct tcmsg), type);
}

static bool
is_in_first_chain(const struct nlmsghdr *header)
{
    const struct nlattr *chain = find_attribute(header, TCA_CHAIN);

    return !chain || nla_get_u32(chain) == 0;
}

static bool
is_u32(const struct nlmsghdr *header)
{
    const struct nlattr *kind = find_attribute(header, TCA_KIND);

    return kind && nla_strcmp(kind, "u32") == 0;
}

static bool
is_of_all_protocols(const struct tcmsg *body)
{
    return TC_H_MIN(body->tcm_info) == htons(ETH_P_ALL);
}

static bool
is_node(uint32_t handle, uint32_t node)
{
    return TC_U32_HASH(handle) == 0 && TC_U32_NODE(handle) == node;
}

/* What lists a filter's kind at its priority, or a u32 table, filters nothing. */
static bool
is_mere_listing(const struct nlmsghdr *header)
{
    const struct tcmsg *body = nlmsg_data(header);

    return header->nlmsg_type == RTM_NEWTFILTER &&
           (body->tcm_handle == 0 ||
            (is_u32(header) && TC_U32_NODE(body->tcm_handle) == 0));
}

enum ft_traffic_place
ft_traffic_filter_place(const struct nlmsghdr *header)
{
    const struct tcmsg *body = nlmsg_data(header);
    uint32_t handle = body->tcm_handle;
    bool first = TC_H_MAJ(body->tcm_info) == FIRST_PRIORITY &&
                 is_in_first_chain(header) && body->tcm_parent != EGRESS;

    /* even one without filters has the priority */
    if (first && !(is_u32(header) && is_of_all_protocols(body)))
        return FT_TRAFFIC_INSTEAD;
    if (is_mere_listing(header))
        return FT_TRAFFIC_NOWHERE;
    if (body->tcm_parent == EGRESS)
        return FT_TRAFFIC_EGRESS;
    /* 0: all of the priority were removed */
    return first && (handle == 0 || is_node(handle, REDIRECT_NODE) ||
                     is_node(handle, FORMER_NODE))
               ? FT_TRAFFIC_REDIRECT
               : FT_TRAFFIC_BEHIND;
}

static bool
matches_all(const struct nlattr *options)
{
    const struct nlattr *a =
        nla_find(nla_data(options), nla_len(options), TCA_U32_SEL);
    struct tc_u32_sel sel = { 0 };
    struct tc_u32_key key = { 0 };

    if (!a || nla_len(a) < (int)(sizeof(sel) + sizeof(key)) ||
        nla_find(nla_data(options), nla_len(options), TCA_U32_MARK))
        return false;
    memcpy(&sel, nla_data(a), sizeof(sel));
    memcpy(&key, (const char *)nla_data(a) + sizeof(sel), sizeof(key));
    return sel.nkeys == 1 && key.mask == 0 && sel.flags & TC_U32_TERMINAL;
}

/* nla_find in what is nested in a; NULL where there is no a. */
static const struct nlattr *
find_nested(const struct nlattr *a, int type)
{
    return a ? nla_find(nla_data(a), nla_len(a), type) : NULL;
}

int
ft_traffic_redirect_target(const struct nlmsghdr *header)
{
    const struct nlattr *options = find_attribute(header, TCA_OPTIONS);
    const struct nlattr *action =
        find_nested(find_nested(options, TCA_U32_ACT), 1);
    const struct nlattr *kind = find_nested(action, TCA_ACT_KIND);
    const struct nlattr *what =
        find_nested(find_nested(action, TCA_ACT_OPTIONS), TCA_MIRRED_PARMS);
    struct tc_mirred mirred = { 0 };

    if (!kind || !what || nla_strcmp(kind, "mirred") != 0 ||
        !matches_all(options))
        return 0;
    nla_memcpy(&mirred, what, sizeof(mirred));
    return mirred.eaction == TCA_EGRESS_REDIR ? (int)mirred.ifindex : 0;
}

static void
count_redirect(const struct nlmsghdr *header, struct ft_traffic_filters *filters)
{
    const struct tcmsg *body = nlmsg_data(header);

    filters->redirect = true;
    if (is_node(body->tcm_handle, FORMER_NODE)) {
        filters->former = body->tcm_handle;
        return;
    }
    filters->handle = body->tcm_handle;
    filters->to = ft_traffic_redirect_target(header);
}

static void
count_filter(const struct nlmsghdr *header, void *opaque)
{
    struct ft_traffic_filters *filters = opaque;
    const struct tcmsg *body = nlmsg_data(header);

    if (header->nlmsg_type != RTM_NEWTFILTER)
        return;
    switch (ft_traffic_filter_place(header)) {
    case FT_TRAFFIC_NOWHERE:
        break;
    case FT_TRAFFIC_EGRESS:
        filters->egress++;
        break;
    case FT_TRAFFIC_REDIRECT:
        count_redirect(header, filters);
        break;
    case FT_TRAFFIC_BEHIND:
        filters->behind++;
        filters->sharing += TC_H_MAJ(body->tcm_info) == FIRST_PRIORITY;
        break;
    case FT_TRAFFIC_INSTEAD:
        filters->instead++;
        break;
    }
}

int
ft_traffic_look_filters(struct ft_netlink *net, int index,
                        struct ft_traffic_filters *filters, struct ft_error *err)
{
    static const uint32_t parents[] = { INGRESS, EGRESS };
    int rc = 0;

    memset(filters, 0, sizeof(*filters));
    for (size_t i = 0; i < 2 && rc == 0; i++)
        rc = ft_netlink_ask(net,
                            ft_traffic_request(RTM_GETTFILTER, NLM_F_DUMP,
                                               index, parents[i], 0, 0),
                            count_filter, filters, "listing the filters", err);
    return rc;
}

unsigned
ft_traffic_count_tcx(int index, bool egress)
{
    union bpf_attr what;

    memset(&what, 0, sizeof(what));
    what.query.target_fd = (uint32_t)index; /* of tcx it is a device */
    what.query.attach_type = egress ? TCX_EGRESS : TCX_INGRESS;
    return syscall(SYS_bpf, BPF_PROG_QUERY, &what, sizeof(what)) == 0
               ? what.query.prog_cnt
               : 0;
}
