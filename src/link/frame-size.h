/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether packets as large as the NIC here takes come through to a host: a switch, or a
 * NIC there, that takes smaller ones lets small talk through and loses the rest. By ICMP
 * echoes that nobody on the way may cut (RFC 1191, RFC 8201). Any thread.
 *
 * Needs CAP_NET_RAW. Where no echo at all is answered nothing is known.
 */
#ifndef FT_LINK_FRAME_SIZE_H
#define FT_LINK_FRAME_SIZE_H

#include "base/error.h"

struct ft_frame_size_seen {
    int mtu;       /* of the way here, in bytes: what was tried */
    int small;     /* echoes of 64 bytes that were answered */
    int full;      /* echoes of mtu bytes that were answered, */
    int full_sent; /* of so many */
};

/* -EINVAL: no numeric address; -errno: no such socket, no way there. */
int ft_frame_size_try(const char *address, struct ft_frame_size_seen *seen,
                      struct ft_error *err);

#endif
