/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ftengine drain: before this host goes down, its VMs are handed over to the
 * hosts of their copies, and the copies that wait here are ended. What is run is
 * told on stdout, a line each. Blocking.
 */
#ifndef FT_ENGINE_DRAIN_H
#define FT_ENGINE_DRAIN_H

#include "base/error.h"

/*
 * 0: no protected VM runs here any more, and no copy waits; 1: some stay, said
 * on stdout; -errno with err.
 */
int ft_drain(const char *socket, struct ft_error *err);

/* Takes it back: copies wait here again. */
int ft_drain_end(const char *socket, struct ft_error *err);

#endif
