/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the waiting QEMU's memory holds as the first copy begins, as hashes of its
 * pages (link/page-hash.h). The thread that has the replica.
 */
#ifndef FT_STANDBY_MEMORY_HASH_H
#define FT_STANDBY_MEMORY_HASH_H

#include "link/page-hash.h"
#include "standby/replica.h"

/*
 * The hashes of what a RAM_HASH asks for, with all frames received before; size in
 * bytes. -EPROTO for one that is wrong, or comes once an epoch was committed (what
 * is kept apart then is not looked at), -ENOMEM, or as ft_process_memory_read.
 */
int ft_memory_hash(const struct ft_replica *replica,
                   const struct ft_frame *frame,
                   unsigned char hashes[FT_PAGE_HASHES_MAX], size_t *size,
                   struct ft_error *err);

#endif
