/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What says of an image that it is a backup, of which disk and moment, so that a later
 * one can be made upon it: a persistent bitmap of qcow2 without content, whose name it
 * is ("ftadmin:VM-UUID:DISK:MOMENT"). It goes wherever the file goes. qemu-img(1) reads
 * and writes it.
 *
 * One thread.
 */
#ifndef FT_PROTECT_IMAGE_MARK_H
#define FT_PROTECT_IMAGE_MARK_H

#include <stdint.h>

#include "base/error.h"

#define FT_IMAGE_MARK_SIZE 128

struct ft_image_mark {
    char vm_uuid[37];
    char target[32]; /* the disk, "vda" */
    char moment[37]; /* a UUID, made by the host with the copy */
};

/* Its name, and the mark that a name is: -EINVAL: none. Pure. */
void ft_image_mark_name(const struct ft_image_mark *mark,
                        char name[FT_IMAGE_MARK_SIZE]);
int ft_image_mark_parse(const char *name, struct ft_image_mark *mark);

/* Puts it into a qcow2, which is on its storage then. -EIO with qemu-img's words. */
int ft_image_mark_set(const char *path, const struct ft_image_mark *mark,
                      struct ft_error *err);

/*
 * The mark of a qcow2, and its disk's size in bytes. -EINVAL: it has none, or is no
 * qcow2; others of the file.
 */
int ft_image_mark_get(const char *path, struct ft_image_mark *mark,
                      uint64_t *size, struct ft_error *err);

#endif
