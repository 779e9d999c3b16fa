/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One NIC of a gate of kind "plug": its way, its marks, and what is known of the
 * frames in it. For gate-plug.c only, which has the lock.
 */
#ifndef FT_GATE_PLUG_NIC_H
#define FT_GATE_PLUG_NIC_H

#include <stdbool.h>
#include <stdint.h>

#include "gate/gate-types.h"
#include "gate/plug-marks.h"
#include "gate/plug-others.h"
#include "gate/plug-path.h"

/* What the plugs that were replaced had done. */
struct ft_plug_totals {
    uint64_t released, released_bytes, dropped;
};

struct ft_plug_nic {
    struct ft_plug_path path;
    struct ft_plug_marks marks;
    struct ft_plug_totals before;
    int counter_fd; /* the tap's rx_packets; -1: ask the plug, as of a macvtap */
    uint64_t counted; /* frames the guest had sent at the last mark */
    int64_t since_ns; /* first frame that no marker covers, 0: none known */
    int64_t covered_since_ns; /* first one that the marker covers */
    bool existed;             /* the way was there before this gate */
    bool broken;              /* to be laid again, */
    bool lost;                /* for nothing but events that were lost */
    bool claimed;             /* another gate's plug was heard of */
    bool superseded, gone;    /* nothing of ours any more */
    bool doubted;             /* others are to be looked for */
    enum ft_plug_others others;
    char others_text[FT_GATE_OTHERS_SIZE]; /* what they have, what to do; or "" */
    char broken_text[FT_GATE_OTHERS_SIZE]; /* why it cannot be laid; or "" */
    uint64_t repairs;
};

/* False once another gate, or nobody, has the tap. */
bool ft_plug_nic_is_ours(const struct ft_plug_nic *nic);

/* Checks the tap and lays its way. *begun: something of it may be there. */
int ft_plug_nic_begin(struct ft_netlink *net, struct ft_plug_nic *nic,
                      const struct ft_vm_nic *from, uint32_t limit, bool *begun,
                      struct ft_error *err);

/* Gives the plug an order; one that fails makes the NIC broken. */
void ft_plug_nic_give(struct ft_netlink *net, struct ft_plug_nic *nic,
                      enum ft_plug_order order);

/*
 * Lays the way again, with a fresh plug; the NIC stays broken if that fails. Where
 * only events were lost, and the way is whole, nothing was repaired: the plug is a
 * fresh one all the same, for its counts are not to be trusted.
 */
void ft_plug_nic_repair(struct ft_netlink *net, struct ft_plug_nic *nic);

/* Notes what others have there: before the plug, or without effect. */
void ft_plug_nic_look_for_others(struct ft_netlink *net,
                                 struct ft_plug_nic *nic);

/* How many frames the guest has ever sent by this NIC. */
uint64_t ft_plug_nic_count(struct ft_netlink *net,
                           const struct ft_plug_nic *nic);

/* Notes and tells whether it has sent any since the last mark. */
bool ft_plug_nic_note_sent(struct ft_netlink *net, struct ft_plug_nic *nic);

void ft_plug_nic_mark(struct ft_netlink *net, struct ft_plug_nic *nic);
void ft_plug_nic_release(struct ft_netlink *net, struct ft_plug_nic *nic,
                         uint64_t mark);
void ft_plug_nic_open(struct ft_netlink *net, struct ft_plug_nic *nic,
                      bool open);

/* Adds to *stats. */
void ft_plug_nic_stats(struct ft_netlink *net, const struct ft_plug_nic *nic,
                       struct ft_gate_stats *stats);

#endif
