/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the storage below a folder takes to have what was written: fdatasync(2)
 * of 4 KiB that are overwritten in a file of its own without a name, of which nothing
 * is left, however this ends. Any thread; it blocks, for ever where the storage is a
 * file server that is gone.
 */
#ifndef FT_INVENTORY_FLUSHES_H
#define FT_INVENTORY_FLUSHES_H

#include <stdint.h>

#include "base/error.h"

#define FT_FLUSHES 20
#define FT_FLUSH_BYTES 4096
#define FT_FLUSHES_MS 1000 /* none is begun later */

struct ft_flushes_seen {
    unsigned count;
    uint32_t us[FT_FLUSHES]; /* microseconds of each */
};

/* -ENOTDIR, -EACCES and what open(2), write(2), fdatasync(2) say. */
int ft_flushes_measure(const char *folder, struct ft_flushes_seen *seen,
                       struct ft_error *err);

#endif
