/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Round trips to a host, as its kernel answers TCP connections: neither side's
 * processes have a part in it, so that what is seen is the network. Any thread.
 */
#ifndef FT_LINK_TRIPS_H
#define FT_LINK_TRIPS_H

#include <stdint.h>

#include "base/error.h"

#define FT_TRIPS_SENT 20         /* connections, one after another, at most */
#define FT_TRIPS_SPACING_MS 15   /* between their beginnings */
#define FT_TRIPS_PATIENCE_MS 900 /* TCP sends the first packet anew after 1 s */

struct ft_trips_seen {
    unsigned sent;
    unsigned count;             /* that were answered */
    unsigned refused;           /* of these, by a refusal */
    uint32_t us[FT_TRIPS_SENT]; /* of each that was answered, microseconds */
    int error; /* what connect(2) says where there is no way; 0: there may be */
};

/*
 * Connects sent times, 1 to FT_TRIPS_SENT, to port of a numeric address, where a
 * listener may be or not, and closes at once. What was not answered in time got
 * lost. -EINVAL: no address.
 */
int ft_trips_measure(const char *address, uint16_t port, unsigned sent,
                     struct ft_trips_seen *seen, struct ft_error *err);

#endif
