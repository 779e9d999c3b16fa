/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Round trips to a host, as its kernel answers TCP connections: neither side's
 * processes have a part in it, so that what is seen is the network. Any thread.
 */
#ifndef FT_LINK_TRIPS_H
#define FT_LINK_TRIPS_H

#include <stdint.h>

#include "base/error.h"

#define FT_TRIPS_SENT 20         /* connections, one after another */
#define FT_TRIPS_SPACING_MS 15   /* between their beginnings */
#define FT_TRIPS_PATIENCE_MS 900 /* TCP sends the first packet anew after 1 s */

/*
 * Connects FT_TRIPS_SENT times to port of a numeric address, where a listener may
 * be or not, and closes at once. us gets the microseconds of each that was
 * answered, *count how many; what was not answered in time got lost. -EINVAL no
 * address, or what connect(2) says when there is no way.
 */
int ft_trips_measure(const char *address, uint16_t port,
                     uint32_t us[FT_TRIPS_SENT], unsigned *count,
                     struct ft_error *err);

#endif
