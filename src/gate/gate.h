/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output gate: what the guest sends is held until the epoch that made it is
 * committed. One interface, two kinds behind it; each NIC is of one, a VM may
 * mix:
 *
 * - "filter" (gate-filter.h): QEMU itself moves the packets of the one queue, and
 *   a filter in it hands them to this process.
 * - "plug" (gate-plug.h): vhost moves them, or there are several queues. They are
 *   held in the kernel, behind the tap.
 *
 * Both fail closed: when this process dies nothing leaves until a new worker
 * attached or ft_gate_remove_leftovers opened the way.
 *
 * Ownership: ft_gate is freed by ft_gate_detach, once it is out of QEMU, and by
 * ft_gate_abandon. Threads: all functions may be called from any thread;
 * callbacks come from the gate's threads with no lock held and must not call
 * ft_gate_detach.
 */
#ifndef FT_GATE_GATE_H
#define FT_GATE_GATE_H

#include "gate/gate-types.h"

struct ft_gate;

/*
 * Puts the gate before all NICs (n may be 0), closed. limit: bytes held at
 * most over all NICs of a kind. -ENOTSUP, -EBUSY and -ENOENT name a NIC that
 * cannot be held, and why. On failure the NICs are as before; when an older gate
 * was there (of a dead worker) the way stays closed.
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

/* By what its NICs are held: "filter", "plug" or "filter, plug"; static. */
const char *ft_gate_kinds(const struct ft_gate *gate);

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
 * Removes every gate from dom's QEMU and taps, whoever made it: the guest's output
 * goes its ordinary way again. *removed counts NICs, may be NULL.
 */
int ft_gate_remove_leftovers(virDomainPtr dom, unsigned *removed,
                             struct ft_error *err);

#endif
