/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "gate/plug-others.h"

static enum ft_plug_others
is_before(struct ft_error *err, const char *tap, const char *what,
          const char *hint)
{
    ft_fail(err, EBUSY, hint, "%s has %s, which sees output before it is held",
            tap, what);
    return FT_PLUG_OTHERS_BEFORE;
}

enum ft_plug_others
ft_plug_others_judge(const char *tap, const struct ft_plug_sight *sight,
                     struct ft_error *err)
{
    /* a macvtap's frames are not received by it */
    if (sight->xdp && !sight->macvtap)
        return is_before(err, tap, "an XDP program",
                         "Remove it (ip link set ... xdp off, or end the "
                         "program that put it there: bpftool net show).");
    if (sight->tcx)
        return is_before(err, tap, "a BPF program at tcx",
                         "Remove it (bpftool net show).");
    if (sight->macvtap && sight->filters.egress)
        return is_before(err, tap, "a filter of somebody else on egress",
                         "Remove it (tc filter show dev ... egress).");
    if (sight->macvtap || sight->filters.behind == 0)
        return FT_PLUG_OTHERS_NONE;
    ft_fail(err, EBUSY,
            "Remove it (tc filter show dev ... ingress), or filter on the bridge "
            "instead: while it is there no new gate can be put before this NIC.",
            "%s has a filter of somebody else on ingress, which sees nothing "
            "while output is held",
            tap);
    return FT_PLUG_OTHERS_IDLE;
}

enum ft_plug_others
ft_plug_others_look(struct ft_netlink *net, const struct ft_plug_path *path,
                    struct ft_error *err)
{
    struct ft_plug_sight sight = { .macvtap = path->root };
    struct ft_traffic_link link;

    if (ft_traffic_look_link(net, NULL, path->tap_index, &link, NULL) < 0)
        return FT_PLUG_OTHERS_NONE;
    sight.xdp = link.xdp;
    sight.tcx = ft_traffic_count_tcx(path->tap_index, path->root);
    if (!path->root && path->ifb_index)
        sight.tcx += ft_traffic_count_tcx(path->ifb_index, true);
    ft_traffic_look_filters(net, path->tap_index, &sight.filters, NULL);
    return ft_plug_others_judge(path->tap, &sight, err);
}
