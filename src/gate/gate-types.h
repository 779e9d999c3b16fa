/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gate.h and the kinds of gate behind it share. */
#ifndef FT_GATE_GATE_TYPES_H
#define FT_GATE_GATE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "virt/vm.h"

#define FT_GATE_OTHERS_SIZE 512

struct ft_gate_stats {
    uint64_t held_packets; /* now */
    uint64_t held_bytes;   /* now, with frame headers */
    uint64_t released;     /* packets ever given back to the NIC */
    uint64_t released_bytes;
    uint64_t dropped;  /* packets ever thrown away: limit, detach */
    int64_t oldest_ns; /* age of the oldest held packet; 0 none */
    bool broken;       /* somebody took a part of it away, or the NIC is gone */
    bool bypassed; /* somebody else's program sees output before it is held */
    uint64_t repairs; /* how often what somebody changed was set right */
    /* What somebody else did, of a NIC that is broken or bypassed, where it is
     * known; else what he has there that has no effect while it is held. Or "". */
    char others[FT_GATE_OTHERS_SIZE];
};

/* Called when a packet becomes held that no mark covers yet; once per mark and
 * kind. */
typedef void (*ft_gate_wake)(void *opaque);

#endif
