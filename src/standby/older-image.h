/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VM's own image on a host where it ran before, which was put aside for the
 * replica (virt/place.h): what of the disk is still as it was there need not come
 * over the link. Nothing is believed of the image. Where the primary asks what the
 * replica holds (DISK_HASH), and that is zeros, the replica gets what the image has
 * there before it is asked; the answer is of what the replica holds then, and what
 * differs is sent, as ever. So a wrong image costs a write, and nothing else.
 *
 * The thread that has the replica.
 */
#ifndef FT_STANDBY_OLDER_IMAGE_H
#define FT_STANDBY_OLDER_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "disk/disk-reader.h"

/* Writes to the replica. 0, or -errno with the error. */
typedef int ft_older_image_write(void *opaque, uint64_t offset, const void *data,
                                 size_t length, struct ft_error *err);

/*
 * data is what the replica holds from offset on, length bytes, 1 MiB at most. Each
 * of its units of FT_DISK_HASH_UNIT that is zeros becomes what the image has there,
 * and is written where that is something. 0, or what write said. An image that cannot
 * be read is closed, and *image is NULL; nothing else happens then.
 */
int ft_older_image_fill(struct ft_disk_reader **image, uint64_t offset,
                        unsigned char *data, size_t length,
                        ft_older_image_write *write, void *opaque,
                        struct ft_error *err);

#endif
