/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much of a VM a pair can carry, where several rooms must agree on it. */
#ifndef FT_BASE_LIMITS_H
#define FT_BASE_LIMITS_H

#include <stdint.h>

/* Replicated disks of one VM; an index below it is a u16 on the wire. */
#define FT_DISKS_MAX 64

/* Bytes that no replica takes of a file system of total bytes: others need it. */
static inline uint64_t
ft_storage_edge(uint64_t total)
{
    return total / 16 < UINT64_C(256) << 20 ? total / 16 : UINT64_C(256) << 20;
}

#endif
