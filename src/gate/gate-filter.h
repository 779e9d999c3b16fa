/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gate of kind "filter": what QEMU itself moves is held in this process.
 *
 * Each NIC gets one filter-redirector on its netdev (queue=rx) with two socket
 * chardevs, made of socket pairs whose ends QEMU got by getfd: no path, no
 * label. The gate's thread always reads QEMU's side at once (a full socket
 * would stall QEMU's main loop); beyond limit bytes packets are dropped and
 * counted, as a NIC would. Fails closed: when this process dies QEMU throws
 * the output away until a new worker attached or
 * ft_gate_filter_remove_leftovers opened the way. A new gate is added before
 * an old one is removed.
 *
 * Ownership, threads and the meaning of each function: gate.h, whose only user
 * this is.
 * Source: qemu/net/filter-mirror.c (redirector), qemu/net/net.c
 * (net_fill_rstate): frames of u32 length, u32 vnet header length, packet,
 * big endian, packets of at most 4096 + 65536 bytes.
 */
#ifndef FT_GATE_GATE_FILTER_H
#define FT_GATE_GATE_FILTER_H

#include "gate/gate-types.h"

struct ft_gate_filter;

/* On failure the NICs are as before, or, when an older gate was there (of a
 * dead worker), closed. */
int ft_gate_filter_attach(virDomainPtr dom, const struct ft_vm_nic *nics,
                          size_t n, size_t limit, ft_gate_wake wake,
                          void *opaque, struct ft_gate_filter **out,
                          struct ft_error *err);

uint64_t ft_gate_filter_mark(struct ft_gate_filter *gate);
void ft_gate_filter_release(struct ft_gate_filter *gate, uint64_t mark);
void ft_gate_filter_set_open(struct ft_gate_filter *gate, bool open);

/* Adds to *stats. */
void ft_gate_filter_stats(struct ft_gate_filter *gate,
                          struct ft_gate_stats *stats);

/* *gate is NULL once it is out of QEMU; NULL is a no-op. */
int ft_gate_filter_detach(struct ft_gate_filter **gate, int timeout_ms,
                          struct ft_error *err);
void ft_gate_filter_abandon(struct ft_gate_filter *gate);
int ft_gate_filter_remove_leftovers(virDomainPtr dom, unsigned *removed,
                                    struct ft_error *err);

#endif
