/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link to the peer's worker: connecting, accepting, what it brings, and what
 * happens when it ends. Control thread, but for ft_worker_session (worker.h).
 */
#ifndef FT_WORKER_WORKER_LINK_H
#define FT_WORKER_WORKER_LINK_H

#include "worker/worker.h"

/* Before anything else here, and once. */
void ft_worker_init_link(struct ft_worker *worker);

/* Takes the socket of a peer that connected to the daemon. */
void ft_worker_accept(struct ft_worker *worker, int fd);

/* Connects if a link is wanted; also its timer's call. opaque: the worker. */
void ft_worker_connect(void *opaque);

/* Sends a control message, if there is a link. */
void ft_worker_send(struct ft_worker *worker, enum ft_ownership_message message,
                    uint64_t generation);

#endif
