/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gate of kind "plug": what vhost, or several queues, hand to a tap is held in
 * the kernel, by plug-path.h's way.
 *
 * The gate's thread does three things. It hears what others do to tap, ifb, plug
 * and filters (rtnetlink), and lays the way anew, closed, where it is broken. It
 * looks, at such an event and once a second, for what others have put before the
 * plug, which no gate can hold with (plug-others.h says what is seen of that and
 * what not): the plug goes on, and ft_gate_stats tells. And while
 * nothing is known to be held it looks every millisecond whether the guest sent
 * something, so that an epoch is made soon: by the tap's rx_packets in sysfs,
 * which counts what comes from the guest and not what an ifb gives back, and
 * takes no lock of the kernel's. (A packet socket would tell at once, but needs
 * CAP_NET_RAW and clones each frame; asking the plug takes the lock of all
 * network configuration a thousand times a second. Measured: 1.3 us to read the
 * counter, 9.5 us to ask, 5.6 us for an order, of which a boundary needs one; the
 * looking takes 0.9 % of a core.)
 *
 * Held packets are the plug's own count; how old the oldest is, is known to a
 * millisecond. limit is shared out evenly between the NICs.
 *
 * Ownership, threads and the meaning of each function: gate.h, whose only user
 * this is.
 */
#ifndef FT_GATE_GATE_PLUG_H
#define FT_GATE_GATE_PLUG_H

#include "gate/gate-types.h"

struct ft_gate_plug;

/* On failure the NICs are as before, or, when an older gate was there (of a
 * dead worker), closed. */
int ft_gate_plug_attach(const struct ft_vm_nic *nics, size_t n, size_t limit,
                        ft_gate_wake wake, void *opaque,
                        struct ft_gate_plug **out, struct ft_error *err);

uint64_t ft_gate_plug_mark(struct ft_gate_plug *gate);
void ft_gate_plug_release(struct ft_gate_plug *gate, uint64_t mark);
void ft_gate_plug_set_open(struct ft_gate_plug *gate, bool open);

/* Adds to *stats. */
void ft_gate_plug_stats(struct ft_gate_plug *gate, struct ft_gate_stats *stats);

/* Frees the gate; what was closed before it came stays so, the rest is as it was
 * before. */
void ft_gate_plug_undo(struct ft_gate_plug *gate);

/* *gate is NULL once its ways are gone; NULL is a no-op. */
int ft_gate_plug_detach(struct ft_gate_plug **gate, int timeout_ms,
                        struct ft_error *err);
void ft_gate_plug_abandon(struct ft_gate_plug *gate);

/* Of these NICs' taps, and of taps that are gone. *removed is added to. */
int ft_gate_plug_remove_leftovers(const struct ft_vm_nic *nics, size_t n,
                                  unsigned *removed, struct ft_error *err);

#endif
