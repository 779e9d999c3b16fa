/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs here and commands on a host, joined by their byte streams over one SSH
 * session, on which nothing else is done meanwhile. The session's thread.
 *
 * Whoever calls is asked every FT_SSH_TICK_MS, at least, whether it goes on: what
 * tick returns, if it is not 0, ends it. -EPIPE: the connection was lost.
 */
#ifndef FT_REMOTE_SSH_JOIN_H
#define FT_REMOTE_SSH_JOIN_H

#include "base/clock.h"
#include "remote/ssh.h"

#define FT_SSH_TICK_MS 100
#define FT_SSH_JOINS_MAX 16
#define FT_SSH_HOLD_NS (15 * FT_NS_PER_S)

/* Carries bytes both ways between a stream and fd, a socket, until one ends: 0. */
int ft_ssh_stream_join(struct ft_ssh *session, struct ft_ssh_stream *stream,
                       int fd, int (*tick)(void *data), void *data);

/*
 * Joins each client that connects to listener, a unix socket that does not block,
 * FT_SSH_JOINS_MAX at a time, with a command of its own. The command waits when it
 * is told nothing; one more that is told nothing always runs, the same one for
 * FT_SSH_HOLD_NS. -ESTALE: the command ended by itself, so nothing is served there
 * any more.
 */
int ft_ssh_serve(struct ft_ssh *session, int listener, const char *command,
                 int (*tick)(void *data), void *data, struct ft_error *err);

#endif
