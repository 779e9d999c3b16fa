/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console of a rehearsed guest: read while it runs and looked through for a
 * pattern; nothing of it is kept but a line (pair/console-watch.h). Enter is pressed
 * there once a second until the pattern was seen: a prompt that waits shows itself
 * once more. QEMU waits while nobody reads: a guest that writes much is slowed.
 *
 * Threads: one at a time.
 */
#ifndef FT_STANDBY_REHEARSAL_CONSOLE_H
#define FT_STANDBY_REHEARSAL_CONSOLE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct ft_rehearsal_console_end;

/* Listens at path, for the user as which QEMU runs. pattern has been checked. */
int ft_rehearsal_console_open(const char *path, uid_t uid, gid_t gid,
                              const char *pattern,
                              struct ft_rehearsal_console_end **out,
                              struct ft_error *err);

/* Reads what there is, without waiting; whether the pattern has been seen. */
bool ft_rehearsal_console_look(struct ft_rehearsal_console_end *console);

/* The path is gone then, too. NULL is nothing. */
void ft_rehearsal_console_close(struct ft_rehearsal_console_end *console);

#endif
