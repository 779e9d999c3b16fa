/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much of a VM a pair can carry, where several rooms must agree on it. */
#ifndef FT_BASE_LIMITS_H
#define FT_BASE_LIMITS_H

/* Replicated disks of one VM; an index below it is a u16 on the wire. */
#define FT_DISKS_MAX 64

#endif
