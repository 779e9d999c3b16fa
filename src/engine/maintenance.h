/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether this host is under maintenance: no copy waits on it, and none is placed
 * there, until its administrator says that it is over, however often the host is
 * rebooted meanwhile. Daemon only, loop thread only.
 *
 * File: FT_STATE_FOLDER "/maintenance", {"since": ms since 1970}; no file: it is
 * not. One that cannot be read counts: the administrator took the host out once.
 */
#ifndef FT_ENGINE_MAINTENANCE_H
#define FT_ENGINE_MAINTENANCE_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"

/* What the file says. */
void ft_maintenance_open(void);

bool ft_maintenance_is_on(void);

/*
 * Durable when it returns, with an event where it changes anything. What that means
 * for copies is the caller's (ft_supervisor_drain). -errno of the file: nothing
 * changed.
 */
int ft_maintenance_set(bool on, struct ft_error *err);

/* {"since": ms since 1970}, or null: a new reference. */
json_t *ft_maintenance_json(void);

#endif
