/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The side of a pair that waits with a copy: what the worker is handed for it. */
#ifndef FT_STANDBY_STANDBY_H
#define FT_STANDBY_STANDBY_H

#include "worker/worker.h"

extern const struct ft_side ft_standby_side;

#endif
