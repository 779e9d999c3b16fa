/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's TCP port: reads the 64-byte preamble of each connection
 * (link.h), answers pings, gives links to the worker of their pair, and what is sent to
 * measure the way here to its sink.
 *
 * Nothing here trusts the peer: a connection that has not sent its preamble
 * after two seconds is closed. At most 64 wait at a time; one more takes the place
 * of another (link/crowd.h). Loop thread only.
 */
#ifndef FT_ENGINE_LINK_LISTENER_H
#define FT_ENGINE_LINK_LISTENER_H

#include <stdint.h>

#include "base/error.h"

/* Listens on port of all addresses. */
int ft_link_listen(uint16_t port, struct ft_error *err);

#endif
