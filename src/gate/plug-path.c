/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "gate/plug-path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <netlink/attr.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define IFB_PREFIX "ftgate"
#define HANDLE_FIRST 0x1000u /* below those that the kernel gives by itself */
#define HANDLES 0x7000u
#define POLL_NS (200 * FT_NS_PER_US)

int
ft_plug_path_find(struct ft_netlink *net, const char *tap, uint32_t limit,
                  struct ft_plug_path *path, struct ft_error *err)
{
    struct ft_traffic_link link;
    int rc = ft_traffic_look_link(net, tap, 0, &link, err);

    if (rc < 0)
        return rc;
    memset(path, 0, sizeof(*path));
    snprintf(path->tap, sizeof(path->tap), "%s", tap);
    path->tap_index = link.index;
    path->limit = limit;
    path->root = strcmp(link.kind, "macvtap") == 0;
    if (path->root) {
        strcpy(path->ifb, path->tap);
        path->ifb_index = link.index;
        return 0;
    }
    if (snprintf(path->ifb, sizeof(path->ifb), IFB_PREFIX "%d", link.index) >=
        (int)sizeof(path->ifb))
        return ft_fail(err, ERANGE, NULL, "index %d of %s is too large",
                       link.index, tap);
    if (ft_traffic_look_link(net, path->ifb, 0, &link, NULL) == 0)
        path->ifb_index = link.index;
    return 0;
}

/* A root of the device that the plug is in, as ft_plug_path_renew makes them. */
static bool
is_of_gate(const struct ft_traffic_qdisc *qdisc)
{
    uint32_t number = qdisc->handle >> 16;

    return strcmp(qdisc->kind, "plug") == 0 && number >= HANDLE_FIRST &&
           number < HANDLE_FIRST + HANDLES;
}

bool
ft_plug_path_is_laid(struct ft_netlink *net, const struct ft_plug_path *path)
{
    struct ft_traffic_filters filters;
    struct ft_traffic_qdisc root;

    if (path->root)
        return ft_traffic_look_qdisc(net, path->ifb_index, TC_H_ROOT, &root,
                                     NULL) == 0 &&
               is_of_gate(&root);
    return ft_traffic_look_filters(net, path->tap_index, &filters, NULL) == 0 &&
           filters.redirect;
}

/* ----- laying it ----- */

/* One that has our name and is something else is not touched. */
static int
need_ifb(struct ft_netlink *net, struct ft_plug_path *path, struct ft_error *err)
{
    struct ft_traffic_link link;
    int rc = ft_traffic_look_link(net, path->ifb, 0, &link, NULL);

    if (rc == -ENODEV) {
        rc = ft_traffic_add_ifb(net, path->ifb, err);
        if (rc == -EOPNOTSUPP)
            ft_error_hint(err, "This kernel has no ifb: install the package "
                               "with all of its modules, or another kernel.");
        if (rc == 0)
            rc = ft_traffic_look_link(net, path->ifb, 0, &link, err);
        if (rc < 0)
            return rc;
    }
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "device %s: %s", path->ifb,
                       strerror(-rc));
    if (strcmp(link.kind, "ifb") != 0)
        return ft_fail(err, EEXIST, "Rename it.", "device %s is no ifb",
                       path->ifb);
    path->ifb_index = link.index;
    return 0;
}

int
ft_plug_path_renew(struct ft_netlink *net, struct ft_plug_path *path,
                   struct ft_error *err)
{
    struct ft_traffic_qdisc old;
    uint32_t number = HANDLE_FIRST;
    int rc;

    /* A handle that is there already would only change the old one. */
    if (ft_traffic_look_qdisc(net, path->ifb_index, TC_H_ROOT, &old, NULL) == 0)
        number += ((old.handle >> 16) + 1) % HANDLES;
    rc = ft_traffic_put_plug(net, path->ifb_index, number << 16, path->limit,
                             err);
    if (rc == 0)
        path->handle = number << 16;
    return rc;
}

static int
need_clsact(struct ft_netlink *net, const struct ft_plug_path *path,
            struct ft_error *err)
{
    int rc = ft_traffic_add_clsact(net, path->tap_index, err);

    if (rc == -ENOENT)
        ft_error_hint(err, "This kernel has no sch_ingress: install the package "
                           "with all of its modules, or another kernel.");
    return rc == -EEXIST ? 0 : rc;
}

/*
 * Through an ifb. What others have put on its clsact would see what is led there
 * before the plug does; the ifb is ours, and so it goes.
 */
static int
lay_around(struct ft_netlink *net, struct ft_plug_path *path,
           struct ft_error *err)
{
    char alias[64];
    int rc = need_ifb(net, path, err);

    snprintf(alias, sizeof(alias), "ftadmin holds the output of %s", path->tap);
    if (rc == 0)
        rc = ft_plug_path_renew(net, path, err);
    if (rc == 0)
        ft_traffic_remove_clsact(net, path->ifb_index, NULL);
    if (rc == 0)
        rc = ft_traffic_raise_link(net, path->ifb_index, alias, err);
    if (rc == 0)
        rc = need_clsact(net, path, err);
    if (rc == 0)
        rc = ft_traffic_redirect(net, path->tap_index, path->ifb_index, err);
    return rc;
}

int
ft_plug_path_lay(struct ft_netlink *net, struct ft_plug_path *path,
                 bool *existed, struct ft_error *err)
{
    int rc;

    if (existed)
        *existed = ft_plug_path_is_laid(net, path);
    rc = path->root ? ft_plug_path_renew(net, path, err)
                    : lay_around(net, path, err);
    return rc < 0 ? ft_error_prefix(err, "output of %s", path->tap) : 0;
}

/* ----- using it ----- */

int
ft_plug_path_order(struct ft_netlink *net, const struct ft_plug_path *path,
                   enum ft_plug_order order, struct ft_error *err)
{
    int action;

    switch (order) {
    case FT_PLUG_BUFFER:
        action = TCQ_PLUG_BUFFER;
        break;
    case FT_PLUG_RELEASE_ONE:
        action = TCQ_PLUG_RELEASE_ONE;
        break;
    case FT_PLUG_RELEASE_ALL:
        action = TCQ_PLUG_RELEASE_INDEFINITE;
        break;
    default:
        return 0;
    }
    return ft_traffic_order_plug(net, path->ifb_index, path->handle, action,
                                 err);
}

int
ft_plug_path_look(struct ft_netlink *net, const struct ft_plug_path *path,
                  struct ft_traffic_qdisc *plug, struct ft_error *err)
{
    int rc = ft_traffic_look_qdisc(net, path->ifb_index, TC_H_ROOT, plug, err);

    if (rc == 0 && plug->handle != path->handle)
        rc = ft_fail(err, ENOENT, NULL, "%s has another qdisc", path->ifb);
    return rc;
}

/* What lay_around would change. */
bool
ft_plug_path_is_whole(struct ft_netlink *net, const struct ft_plug_path *path)
{
    struct ft_traffic_qdisc plug, others;
    struct ft_traffic_link ifb;

    if (!ft_plug_path_is_laid(net, path) ||
        ft_plug_path_look(net, path, &plug, NULL) < 0)
        return false;
    return path->root ||
           (ft_traffic_look_link(net, NULL, path->ifb_index, &ifb, NULL) == 0 &&
            ifb.flags & IFF_UP &&
            (ft_traffic_look_qdisc(net, path->ifb_index, TC_H_CLSACT, &others,
                                   NULL) < 0 ||
             others.kind[0] == '\0'));
}

/* ----- taking it away ----- */

/* Whether nothing is in the plug nor between it and the tap. */
static bool
is_empty(struct ft_netlink *net, const struct ft_plug_path *path)
{
    struct ft_traffic_qdisc plug;
    struct ft_traffic_link ifb;

    if (ft_traffic_look_qdisc(net, path->ifb_index, TC_H_ROOT, &plug, NULL) < 0 ||
        ft_traffic_look_link(net, NULL, path->ifb_index, &ifb, NULL) < 0)
        return true;
    return plug.packets == 0 &&
           (path->root || ifb.rx_packets - ifb.rx_dropped <= ifb.tx_packets);
}

static int
wait_empty(struct ft_netlink *net, const struct ft_plug_path *path,
           int timeout_ms)
{
    int64_t deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;

    while (!is_empty(net, path)) {
        if (ft_clock_ns() > deadline)
            return -ETIMEDOUT;
        ft_clock_sleep(POLL_NS);
    }
    return 0;
}

/* Whatever plug it is: a dead worker's has a handle that we do not know. */
static void
let_out(struct ft_netlink *net, const struct ft_plug_path *path)
{
    struct ft_traffic_qdisc plug;

    if (ft_traffic_look_qdisc(net, path->ifb_index, TC_H_ROOT, &plug, NULL) ==
            0 &&
        strcmp(plug.kind, "plug") == 0)
        ft_traffic_order_plug(net, path->ifb_index, plug.handle,
                              TCQ_PLUG_RELEASE_INDEFINITE, NULL);
}

/* The plug of a macvtap; else the redirect, and clsact where nobody else uses it. */
static int
lead_past(struct ft_netlink *net, const struct ft_plug_path *path,
          struct ft_error *err)
{
    struct ft_traffic_filters filters;
    int rc = 0;

    if (path->root)
        return ft_plug_path_is_laid(net, path)
                   ? ft_traffic_remove_root(net, path->ifb_index, err)
                   : 0;

    if (ft_traffic_look_filters(net, path->tap_index, &filters, NULL) < 0)
        return 0; /* the tap is gone, or has no clsact */
    if (filters.redirect)
        rc = ft_traffic_remove_redirect(net, path->tap_index, err);
    if (rc == 0 && filters.behind + filters.instead + filters.egress == 0)
        ft_traffic_remove_clsact(net, path->tap_index, NULL);
    return rc;
}

int
ft_plug_path_remove(struct ft_netlink *net, const struct ft_plug_path *path,
                    int timeout_ms, struct ft_error *err)
{
    int late, rc;

    let_out(net, path);
    late = wait_empty(net, path, timeout_ms);
    rc = lead_past(net, path, err);
    if (rc < 0)
        return rc;
    late = FT_MIN(late, wait_empty(net, path, timeout_ms));
    if (path->ifb_index && !path->root)
        ft_traffic_remove_link(net, path->ifb_index, NULL);
    return late < 0 ? ft_fail(err, ETIMEDOUT, NULL,
                              "the held output of %s did not leave in time",
                              path->tap)
                    : 0;
}

struct orphans {
    int list[64];
    size_t count;
};

/* Which of our ifbs' taps are there is asked later: a dump goes on meanwhile. */
static void
note_ifb(const struct ft_traffic_link *link, void *opaque)
{
    struct orphans *orphans = opaque;

    if (strcmp(link->kind, "ifb") == 0 &&
        strncmp(link->name, IFB_PREFIX, strlen(IFB_PREFIX)) == 0 &&
        orphans->count < FT_ARRAY_SIZE(orphans->list))
        orphans->list[orphans->count++] = link->index;
}

void
ft_plug_path_sweep(struct ft_netlink *net)
{
    struct orphans orphans = { 0 };
    struct ft_traffic_link link;
    size_t i;

    ft_traffic_list_links(net, note_ifb, &orphans, NULL);
    for (i = 0; i < orphans.count; i++) {
        int tap;

        if (ft_traffic_look_link(net, NULL, orphans.list[i], &link, NULL) < 0)
            continue;
        tap = atoi(link.name + strlen(IFB_PREFIX));
        if (ft_traffic_look_link(net, NULL, tap, &link, NULL) == -ENODEV)
            ft_traffic_remove_link(net, orphans.list[i], NULL);
    }
}

/* ----- what others do ----- */

/* An XDP program on a macvtap sees none of its output. */
static enum ft_plug_event
judge_tap(const struct ft_plug_path *path, const struct nlmsghdr *header)
{
    struct ft_traffic_link tap;

    if (header->nlmsg_type == RTM_DELLINK)
        return FT_PLUG_EVENT_GONE;
    ft_traffic_read_link(header, &tap);
    return tap.xdp && !path->root ? FT_PLUG_EVENT_OTHERS : FT_PLUG_EVENT_NONE;
}

static enum ft_plug_event
judge_link(const struct ft_plug_path *path, const struct nlmsghdr *header)
{
    const struct ifinfomsg *body = nlmsg_data(header);
    bool goes_down, removed = header->nlmsg_type == RTM_DELLINK;

    if (body->ifi_family != AF_UNSPEC) /* a bridge tells of its port */
        return FT_PLUG_EVENT_NONE;
    if (body->ifi_index == path->tap_index && (removed || !path->root))
        return judge_tap(path, header);
    /* a new device is down too, and says that everything changed */
    goes_down = !(body->ifi_flags & IFF_UP) && body->ifi_change & IFF_UP &&
                body->ifi_change != UINT32_MAX;
    return body->ifi_index == path->ifb_index && (removed || goes_down)
               ? FT_PLUG_EVENT_BROKEN
               : FT_PLUG_EVENT_NONE;
}

static bool
is_plug(const struct nlmsghdr *header)
{
    const struct nlattr *kind =
        nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)header,
                        sizeof(struct tcmsg), TCA_KIND);

    return kind && nla_strcmp(kind, "plug") == 0;
}

/*
 * A plug with a handle like ours that we did not make is another gate's. One with
 * our own was looked at, by whomever; who orders it about cannot be told from that.
 */
static enum ft_plug_event
judge_qdisc(const struct ft_plug_path *path, const struct nlmsghdr *header)
{
    const struct tcmsg *body = nlmsg_data(header);
    uint32_t number = body->tcm_handle >> 16;

    if (body->tcm_ifindex == path->tap_index && !path->root)
        return header->nlmsg_type == RTM_DELQDISC &&
                       body->tcm_parent == TC_H_CLSACT
                   ? FT_PLUG_EVENT_BROKEN
                   : FT_PLUG_EVENT_NONE;
    if (body->tcm_ifindex == path->ifb_index && body->tcm_parent == TC_H_CLSACT)
        return path->root                           ? FT_PLUG_EVENT_OTHERS
               : header->nlmsg_type == RTM_NEWQDISC ? FT_PLUG_EVENT_BROKEN
                                                    : FT_PLUG_EVENT_NONE;
    if (body->tcm_ifindex != path->ifb_index || body->tcm_parent != TC_H_ROOT)
        return FT_PLUG_EVENT_NONE;
    if (header->nlmsg_type == RTM_NEWQDISC && body->tcm_handle == path->handle)
        return FT_PLUG_EVENT_NONE;
    return header->nlmsg_type == RTM_NEWQDISC && is_plug(header) &&
                   number >= HANDLE_FIRST && number < HANDLE_FIRST + HANDLES
               ? FT_PLUG_EVENT_SUPERSEDED
               : FT_PLUG_EVENT_BROKEN;
}

/*
 * Whatever becomes of a filter in the redirect's place means that it is not there.
 * An ifb has only filters that came with a clsact of somebody else.
 */
static enum ft_plug_event
judge_filter(const struct ft_plug_path *path, const struct nlmsghdr *header)
{
    const struct tcmsg *body = nlmsg_data(header);
    enum ft_traffic_place place = ft_traffic_filter_place(header);

    if (body->tcm_ifindex == path->ifb_index && !path->root)
        return place != FT_TRAFFIC_NOWHERE &&
                       header->nlmsg_type == RTM_NEWTFILTER
                   ? FT_PLUG_EVENT_BROKEN
                   : FT_PLUG_EVENT_NONE;
    if (body->tcm_ifindex != path->tap_index)
        return FT_PLUG_EVENT_NONE;
    if (path->root)
        return place == FT_TRAFFIC_EGRESS ? FT_PLUG_EVENT_OTHERS
                                          : FT_PLUG_EVENT_NONE;
    switch (place) {
    case FT_TRAFFIC_REDIRECT:
    case FT_TRAFFIC_INSTEAD:
        return FT_PLUG_EVENT_BROKEN;
    case FT_TRAFFIC_BEHIND:
        return FT_PLUG_EVENT_OTHERS;
    case FT_TRAFFIC_NOWHERE:
    case FT_TRAFFIC_EGRESS:
        break;
    }
    return FT_PLUG_EVENT_NONE;
}

enum ft_plug_event
ft_plug_path_judge(const struct ft_plug_path *path,
                   const struct nlmsghdr *header)
{
    switch (header->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return judge_link(path, header);
    case RTM_NEWQDISC:
    case RTM_DELQDISC:
        return judge_qdisc(path, header);
    case RTM_NEWTFILTER:
    case RTM_DELTFILTER:
        return judge_filter(path, header);
    }
    return FT_PLUG_EVENT_NONE;
}
