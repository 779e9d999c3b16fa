/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The side of a pair where the VM runs: what the worker is handed for it. */
#ifndef FT_PRIMARY_PRIMARY_H
#define FT_PRIMARY_PRIMARY_H

#include "worker/worker.h"

extern const struct ft_side ft_primary_side;

#endif
