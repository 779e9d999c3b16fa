/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worker's talk with its daemon: status, events, requests and answers
 * (supervisor.h has the messages). A daemon that goes away is waited for; what
 * is sent meanwhile is lost, but for the log.
 */
#ifndef FT_WORKER_WORKER_DAEMON_H
#define FT_WORKER_WORKER_DAEMON_H

#include "worker/worker.h"

/* Connects to the daemon, now and again whenever the connection is lost. */
void ft_worker_meet_daemon(struct ft_worker *worker);

/* Sends STATUS, the sign of life; a timer's call, opaque is the worker. */
void ft_worker_send_status(void *opaque);

#endif
