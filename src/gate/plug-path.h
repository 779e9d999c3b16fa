/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of one tap's output through the kernel, as the gate of kind "plug"
 * lays it:
 *
 *   guest -> tap -> clsact, u32, mirred -> ifb -> plug ... -> tap -> bridge
 *   guest -> macvtap -> plug ... -> network device
 *
 * A macvtap sends by its own egress (drivers/net/tap.c, dev_queue_xmit), so that
 * the plug is its root and nothing else is needed; what follows about an ifb and
 * a redirect is of a tap.
 *
 * tc's ingress comes before bridge and OVS; an ifb gives back on the tap's
 * receive side, past tc, what leaves its queue, with GSO, checksum and VLAN tag
 * as they were. vhost, NAPI and all queues of a tap meet there.
 *
 * No frame bypasses what is held:
 * - start: ifb; plug, which is born closed; ifb up; clsact; the redirect last,
 *   in one step, with everything behind it closed.
 * - a dead worker: the objects stay, closed. A new worker finds them by the
 *   ifb's name, replaces the plug (its root has no way past it: in between
 *   frames are dropped) and leads the redirect to it in one step.
 * - repair, whatever was taken away: the same. While the ifb is down or gone,
 *   the redirect drops. Only who removes the redirect or clsact opens the way;
 *   it is laid again at once, and nothing more can be done against root: not
 *   even that, where a filter of his has the redirect's place (-EBUSY).
 * - others' filters: none comes before the redirect (base/traffic.h). One on the
 *   ifb's own clsact would see what is led there before the plug does: that
 *   clsact is taken away, with a fresh plug. What sees output before all of this
 *   does, and what is not seen here, is plug-others.h's.
 * - end: the plug lets all go, in order, and what comes passes it; when it and
 *   the ifb are empty the redirect goes; when the ifb is empty again, it goes.
 *   In between a frame may overtake one that is on its way through the ifb, as
 *   on any link of several queues.
 *
 * A plug's counters are right only while nobody empties it: ifb down and up
 * does. Frames held then are lost, and what must not happen is that counts of
 * them let later ones go: each such event means a fresh plug. An order that the
 * kernel takes between such an event and our reading of it would act on the old
 * counts: microseconds, and root's own doing.
 *
 * Names: ftgateN, N being the tap's index. Threads: one at a time for each.
 */
#ifndef FT_GATE_PLUG_PATH_H
#define FT_GATE_PLUG_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include <net/if.h>

#include "base/netlink.h"
#include "base/traffic.h"
#include "gate/plug-marks.h"

struct ft_plug_path {
    char tap[IF_NAMESIZE];
    int tap_index;
    bool root; /* a macvtap, which has the plug itself: ifb is the same device */
    char ifb[IF_NAMESIZE];
    int ifb_index;   /* 0: not known */
    uint32_t handle; /* of the plug */
    uint32_t limit;  /* bytes */
};

/*
 * Whether nothing stands on the tap that a plug cannot go with; -EBUSY or
 * -ENOTSUP tell what does and what to do. It must exist: -ENODEV.
 */
int ft_plug_path_check(struct ft_netlink *net, const char *tap,
                       struct ft_error *err);

/* Fills *path for a tap; nothing is made yet. -ENODEV. */
int ft_plug_path_find(struct ft_netlink *net, const char *tap, uint32_t limit,
                      struct ft_plug_path *path, struct ft_error *err);

/*
 * Lays the way, or whatever is missing of it, with a fresh plug: closed, empty;
 * nothing of others' is on the ifb then, and no filter before the redirect.
 * *existed (may be NULL): the tap's output was led away before. On failure it
 * stays as it was, or closed.
 */
int ft_plug_path_lay(struct ft_netlink *net, struct ft_plug_path *path,
                     bool *existed, struct ft_error *err);

/* Whether the tap's output is led away, by us or a dead worker. */
bool ft_plug_path_is_laid(struct ft_netlink *net,
                          const struct ft_plug_path *path);

/* Whether the way is as it was laid last, as far as looking tells: what was emptied
 * and is up again is not seen. */
bool ft_plug_path_is_whole(struct ft_netlink *net,
                           const struct ft_plug_path *path);

/* A fresh plug; only that. */
int ft_plug_path_renew(struct ft_netlink *net, struct ft_plug_path *path,
                       struct ft_error *err);

/* BUFFER, RELEASE_ONE and RELEASE_ALL are orders to the plug that is there. */
int ft_plug_path_order(struct ft_netlink *net, const struct ft_plug_path *path,
                       enum ft_plug_order order, struct ft_error *err);

/* -ENOENT: it is not the plug that we made. */
int ft_plug_path_look(struct ft_netlink *net, const struct ft_plug_path *path,
                      struct ft_traffic_qdisc *plug, struct ft_error *err);

/*
 * Lets all out and takes the whole way away. timeout_ms bounds each of the two
 * waits for it to be empty; what it cuts short is thrown away: -ETIMEDOUT. A tap
 * or an ifb that is gone is no failure.
 */
int ft_plug_path_remove(struct ft_netlink *net, const struct ft_plug_path *path,
                        int timeout_ms, struct ft_error *err);

/* Removes the ifbs of ours whose tap is gone. */
void ft_plug_path_sweep(struct ft_netlink *net);

/* What an event of somebody else means to a path, in rising order. */
enum ft_plug_event {
    FT_PLUG_EVENT_NONE,
    FT_PLUG_EVENT_OTHERS,     /* look what others have there (plug-others.h) */
    FT_PLUG_EVENT_BROKEN,     /* it must be laid again */
    FT_PLUG_EVENT_SUPERSEDED, /* another gate has laid it anew: hands off */
    FT_PLUG_EVENT_GONE,       /* there is no such tap any more */
};

/* Of link, qdisc and filter (RTNLGRP_LINK, RTNLGRP_TC). Pure. */
enum ft_plug_event ft_plug_path_judge(const struct ft_plug_path *path,
                                      const struct nlmsghdr *header);

#endif
