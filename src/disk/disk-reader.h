/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a disk image of a VM that is stopped and flushed: raw files directly,
 * other formats through a qemu-nbd of our own that does not take the image's
 * lock. For the full comparison, and for an image that nobody uses any more.
 */
#ifndef FT_DISK_DISK_READER_H
#define FT_DISK_DISK_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct ft_disk_reader;

int ft_disk_reader_open(const char *path, const char *format,
                        struct ft_disk_reader **reader, struct ft_error *err);

/* Reads size bytes (at most 1 MiB) at offset. */
int ft_disk_reader_read(struct ft_disk_reader *reader, void *data, size_t size,
                        uint64_t offset, struct ft_error *err);

/* NULL is a no-op. */
void ft_disk_reader_close(struct ft_disk_reader *reader);

#endif
