/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A new random UUID, from the kernel (random(4)). Any thread.
 */
#ifndef FT_BASE_UUID_H
#define FT_BASE_UUID_H

#define FT_NEW_UUID_SIZE 37 /* with its NUL */

/* 0 or -errno. */
int ft_make_uuid(char out[FT_NEW_UUID_SIZE]);

#endif
