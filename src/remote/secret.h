/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Room for a password or a passphrase: memory of its own that is locked where
 * the system allows it (mlock(2)), left out of core dumps and of children, and
 * wiped when it is released.
 *
 * Ownership: of who made it. Any thread.
 */
#ifndef FT_REMOTE_SECRET_H
#define FT_REMOTE_SECRET_H

#include <stddef.h>

#define FT_SECRET_MAX 1024 /* bytes, with the NUL */

/* Empty; NULL when there is no memory. */
char *ft_secret_new(void);

/* NULL is a no-op. */
void ft_secret_free(char *secret);

/* The same of another size in bytes, which both are told. */
void *ft_secret_room(size_t size);
void ft_secret_release(void *room, size_t size);

#endif
