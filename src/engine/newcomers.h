/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of this host that connect to a socket of the daemon's, and whose first
 * message (worker/channel.h) tells what they are. Loop thread only.
 */
#ifndef FT_ENGINE_NEWCOMERS_H
#define FT_ENGINE_NEWCOMERS_H

#include <jansson.h>

/* One has spoken: fd is the callee's, which may close it; message is not. */
typedef void (*ft_newcomer)(int fd, const json_t *message);

/* Listens for as long as the process lives. 0 or -errno. */
int ft_newcomers_listen(const char *path, ft_newcomer arrived);

#endif
