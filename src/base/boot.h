/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which boot of this host it is: nothing that ran under another one runs any
 * more. Any thread.
 */
#ifndef FT_BASE_BOOT_H
#define FT_BASE_BOOT_H

#define FT_BOOT_ID_SIZE 37 /* UUID as text and NUL */

/* The kernel's word for it (random(4)); empty where it cannot be told. */
void ft_boot_id(char out[FT_BOOT_ID_SIZE]);

#endif
