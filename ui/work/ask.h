/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions of SSH from one process to another, over a socket: a command that
 * somebody else's screen has begun asks there, not on a terminal. The command
 * finds the socket's number in $FTADMIN_ASK_FD.
 *
 * The socket is a pair of SOCK_SEQPACKET (unix(7)). A question is one packet: a
 * byte, how often this connection has asked before (255: or more), and the
 * words. Its answer is one packet: 'y' and the secret, or 'n'. One question is
 * open at a time; nothing of an answer stays in a buffer of ours but in out.
 *
 * All functions return 0 or -errno; -EPIPE when the other side is gone. Any
 * thread, one at a time for each socket.
 */
#ifndef FT_UI_WORK_ASK_H
#define FT_UI_WORK_ASK_H

#include <stddef.h>

#define FT_ASK_ENVIRONMENT "FTADMIN_ASK_FD"
#define FT_ASK_PROMPT_MAX 700 /* bytes with NUL; longer ones are cut */

/* *other is for the command; both are closed on exec. */
int ft_ask_open(int *ours, int *other);

/* That of $FTADMIN_ASK_FD, which is taken out of the environment; or -1. */
int ft_ask_inherited(void);

/* Asks and waits: out is filled and terminated. -ECANCELED: there is none. */
int ft_ask(int fd, unsigned asked, const char *prompt, char *out, size_t size);

/* A question that has come, if one has: -EAGAIN. */
int ft_ask_take(int fd, unsigned *asked, char prompt[FT_ASK_PROMPT_MAX]);

/* NULL: there is no answer. */
int ft_ask_answer(int fd, const char *secret);

#endif
