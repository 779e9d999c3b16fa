/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to db/: bytes of DATABASE.lock that somebody holds (open file
 * description locks, fcntl(2)). The kernel ends them with the last descriptor
 * of their holder, however it dies; nothing is ever written to the file, and it
 * stays, for removing it would let two processes lock two files. Bytes of one
 * descriptor do not contend with each other, those of two do, also in one
 * process. Any thread, each with its own descriptor.
 */
#ifndef FT_DB_HELD_H
#define FT_DB_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Which bytes mean what: three ranges that do not meet. */
#define FT_HELD_SUBJECTS (INT64_C(1) << 60) /* by a hash of their name */
#define FT_HELD_LOCKS (INT64_C(1) << 61)    /* by their row's id */
#define FT_HELD_JOBS (INT64_C(1) << 62)     /* the same */

/*
 * A descriptor to hold bytes with; close(2) gives all of them back. Where the
 * file cannot be written it serves to ask only, and taking is -EBADF.
 */
int ft_held_open(const char *database, int *fd, struct ft_error *err);

/* The byte of a name. */
int64_t ft_held_subject(const char *name);

/* 0; -EAGAIN somebody else holds it; -errno. Also turns one kind into the other. */
int ft_held_take(int fd, int64_t byte, bool alone);

/* Whether somebody else, not this descriptor, holds it. */
bool ft_held_by_other(int fd, int64_t byte);

#endif
