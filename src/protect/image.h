/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk image written by qemu-img(1), which knows the formats: it reads an NBD
 * export over a socket that it inherits, several requests at a time, and leaves
 * out holes and zeros.
 *
 * One thread. Memory: of the caller; an image that was started is to be ended.
 */
#ifndef FT_PROTECT_IMAGE_H
#define FT_PROTECT_IMAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct ft_image {
    pid_t pid;
    int socket;          /* the NBD server's end */
    int progress;        /* what it prints */
    int errors;          /* the same on its stderr */
    double percent;      /* how far it is */
    char line[64];       /* the last of progress, as far as it came */
    char complaint[512]; /* the last whole line of errors; or empty */
};

/* Whether there is a qemu-img here. -ENOENT. */
int ft_image_possible(struct ft_error *err);

/*
 * Begins to write path, absolute, in a format of qemu-img's, from this export. base
 * (NULL: none) is a qcow2, as path is to name it, which has all that the export does
 * not say to have.
 */
int ft_image_start(const char *export, const char *format, const char *path,
                   const char *base, struct ft_image *image,
                   struct ft_error *err);

/* Takes what it has printed so far; does not wait. */
void ft_image_look(struct ft_image *image);

/*
 * Waits for its end, which is at once when it is stopped or the socket has ended.
 * 0: the image is whole, and on its storage; -EIO and -ENOSPC with its own words.
 */
int ft_image_end(struct ft_image *image, const char *path, bool stop,
                 struct ft_error *err);

#endif
