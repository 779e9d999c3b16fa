/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker hears from its daemon: requests of clients, and the sockets of
 * peers that connected (supervisor.h has the messages). Control thread.
 */
#ifndef FT_WORKER_WORKER_DAEMON_H
#define FT_WORKER_WORKER_DAEMON_H

#include "worker/worker.h"

/* Connects to the daemon, now and again whenever the connection is lost. */
void ft_worker_meet_daemon(struct ft_worker *worker);

#endif
