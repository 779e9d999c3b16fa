/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the XML of a waiting copy to the definition of its rehearsal on the same host:
 * the same machine, that meets nothing of the world. It has a name and a UUID of its
 * own, disks by NBD, NICs on taps that no bridge has, character devices that lead
 * nowhere (but for the guest agent's, and one console where it is read), no display,
 * and it ends where the guest would shut down or be reset. Pure.
 */
#ifndef FT_VIRT_REHEARSAL_XML_H
#define FT_VIRT_REHEARSAL_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "virt/standby-xml.h"

struct ft_rehearsal_place {
    const char *name;   /* of the domain */
    const char *vm;     /* whose it is, for its description */
    const char *socket; /* NBD: an export for each replica, by its target */
    const char *nvram;  /* for UEFI variables, where it has some */
    /* a socket that listens, for its first serial port, or without any its first
     * console; NULL: that leads nowhere, too */
    const char *console;
    bool agent; /* it has to have the guest agent's channel */
};

/*
 * waiting_xml: live. *out is freed by the caller. -ENOTSUP names what of it
 * cannot be rehearsed, or what is asked for and is not in it; -EINVAL for XML that cannot be read.
 */
int ft_rehearsal_xml(const char *waiting_xml,
                     const struct ft_replica_path *replicas, size_t n_replicas,
                     const struct ft_rehearsal_place *place, char **out,
                     struct ft_error *err);

#endif
