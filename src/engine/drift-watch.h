/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts `ftengine drift` (drift/drift-run.h) again and again, and ends one that hangs.
 * Daemon only, loop thread only.
 */
#ifndef FT_ENGINE_DRIFT_WATCH_H
#define FT_ENGINE_DRIFT_WATCH_H

#include "base/error.h"

int ft_drift_watch_open(struct ft_error *err);

/* A worker was started: its peer knows nothing of this host yet. */
void ft_drift_watch_soon(void);

#endif
