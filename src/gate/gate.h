/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output gate of kind "filter": what the guest sends is held here until the
 * epoch that made it is committed.
 *
 * Each NIC gets one filter-redirector on its netdev (queue=rx) with two socket
 * chardevs, made of socket pairs whose ends QEMU got by getfd: no path, no
 * label. The gate's thread always reads QEMU's side at once (a full socket
 * would stall QEMU's main loop); beyond limit bytes packets are dropped and
 * counted, as a NIC would. Fails closed: when this process dies QEMU throws
 * the output away until a new worker attached or ft_gate_remove_leftovers
 * opened the way. A new gate is added before an old one is removed.
 *
 * Ownership: ft_gate is freed by ft_gate_detach, once it is out of QEMU, and by
 * ft_gate_abandon. Threads: all functions may be
 * called from any thread; callbacks come from the gate's thread with no lock
 * held and must not call ft_gate_detach.
 * Source: qemu/net/filter-mirror.c (redirector), qemu/net/net.c
 * (net_fill_rstate): frames of u32 length, u32 vnet header length, packet,
 * big endian, packets of at most 4096 + 65536 bytes.
 */
#ifndef FT_GATE_GATE_H
#define FT_GATE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "virt/vm.h"

struct ft_gate;

struct ft_gate_stats {
    uint64_t held_packets; /* now */
    uint64_t held_bytes;   /* now, with frame headers */
    uint64_t released;     /* packets ever given back to the NIC */
    uint64_t released_bytes;
    uint64_t dropped;  /* packets ever thrown away: limit, detach */
    int64_t oldest_ns; /* age of the oldest held packet; 0 none */
    bool broken;       /* QEMU closed a socket: it is gone, or a NIC */
};

/* Called when a packet becomes held that no mark covers yet; once per mark. */
typedef void (*ft_gate_wake)(void *opaque);

/*
 * Puts the gate before all NICs (n may be 0), closed. limit: bytes held at
 * most over all NICs. -ENOTSUP names a NIC that this kind cannot hold (vhost,
 * several queues). On failure the NICs are as before; when an older gate was
 * there (of a dead worker) the way stays closed.
 */
int ft_gate_attach(virDomainPtr dom, const struct ft_vm_nic *nics, size_t n,
                   size_t limit, ft_gate_wake wake, void *opaque,
                   struct ft_gate **out, struct ft_error *err);

/*
 * Everything the guest sent so far belongs to the returned mark or an earlier
 * one. Call it while the VM is stopped: the sockets are emptied first. Marks
 * grow by one, from 1.
 */
uint64_t ft_gate_mark(struct ft_gate *gate);

/* Lets out what belongs to mark or earlier ones. */
void ft_gate_release(struct ft_gate *gate, uint64_t mark);

/* Open: everything held and everything to come passes at once (the VM runs
 * alone by right). Closed: held again from now on. */
void ft_gate_set_open(struct ft_gate *gate, bool open);

void ft_gate_stats(struct ft_gate *gate, struct ft_gate_stats *stats);

/*
 * Lets out what is held, in order, removes the gate from QEMU and frees it: *gate
 * is NULL then. timeout_ms bounds the letting out; what it cuts short is thrown
 * away, and said. A gate that cannot be taken out (libvirt does not answer) stays,
 * open: it passes on what comes, which nobody else would; it may be tried again.
 * A *gate of NULL is a no-op.
 */
int ft_gate_detach(struct ft_gate **gate, int timeout_ms, struct ft_error *err);

/* Frees the gate and leaves it closed in QEMU, for the next worker. */
void ft_gate_abandon(struct ft_gate *gate);

/*
 * Removes every gate from dom's QEMU, whoever made it: the guest's output goes
 * its ordinary way again. *removed counts filters, may be NULL.
 */
int ft_gate_remove_leftovers(virDomainPtr dom, unsigned *removed,
                             struct ft_error *err);

#endif
