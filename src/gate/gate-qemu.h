/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate's objects inside QEMU: per NIC one filter-redirector and two socket
 * chardevs. Private to gate.c.
 *
 * Names: ftgate-TAG-N-{filter,out,in}; TAG is new for every gate, so that a new
 * one stands before the old one is removed. Filters on a netdev's receive side
 * are asked last to first (net/net.c, filter_receive), so a new filter holds
 * the packets as soon as it is there, and lets them out into the next older
 * one: nothing is released before the old ones are gone.
 *
 * Threads: thread safe.
 */
#ifndef FT_GATE_GATE_QEMU_H
#define FT_GATE_GATE_QEMU_H

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "virt/vm.h"

#define FT_GATE_TAG_SIZE 24

struct ft_gate_sockets {
    int out; /* from the guest; -1 none */
    int in;  /* back to the NIC; -1 none */
};

/* A name for a new gate. */
void ft_gate_new_tag(char tag[FT_GATE_TAG_SIZE]);

/* Puts a filter on the nic, number index of the gate tag. On failure nothing
 * of it stays. */
int ft_gate_add(virDomainPtr dom, const char *tag, unsigned index,
                const struct ft_vm_nic *nic, struct ft_gate_sockets *sockets,
                struct ft_error *err);

/* Turns the filters of tag off: what the guest sends passes them by. */
int ft_gate_bypass(virDomainPtr dom, const char *tag, struct ft_error *err);

/* Removes the objects of tag (NULL: of all gates), except those of tag `keep`
 * (may be NULL). *removed counts filters, may be NULL. */
int ft_gate_remove(virDomainPtr dom, const char *tag, const char *keep,
                   unsigned *removed, struct ft_error *err);

#endif
