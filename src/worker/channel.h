/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages between daemon and worker: one JSON object a packet of a
 * SOCK_SEQPACKET unix socket, with at most one file descriptor.
 */
#ifndef FT_WORKER_CHANNEL_H
#define FT_WORKER_CHANNEL_H

#include <jansson.h>

#define FT_CHANNEL_MESSAGE_MAX 65536

/* Listens on path, mode 0600, replacing a dead socket. Descriptor or -errno. */
int ft_channel_listen(const char *path);

/* Connects. Descriptor or -errno. */
int ft_channel_connect(const char *path);

/*
 * Sends message (stolen) and, unless -1, a descriptor (stays the caller's).
 * Does not block: -EAGAIN when the other side does not read.
 */
int ft_channel_send(int fd, json_t *message, int passed_fd);

/*
 * Receives one message without blocking. *message is a new reference;
 * *passed_fd is the caller's, or -1. -EAGAIN: nothing there; -EPIPE: closed;
 * -EBADMSG: no JSON object.
 */
int ft_channel_receive(int fd, json_t **message, int *passed_fd);

#endif
