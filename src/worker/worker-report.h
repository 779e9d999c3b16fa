/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker tells its daemon (supervisor.h has the messages); most of it is
 * for the sides too, and stands in worker.h. A daemon that goes away is waited
 * for by worker-daemon.c; what is sent meanwhile is lost, but for the log.
 */
#ifndef FT_WORKER_WORKER_REPORT_H
#define FT_WORKER_WORKER_REPORT_H

#include "worker/worker.h"

/* Sends a second that is over (stolen; NULL: none is). */
void ft_worker_send_sample(struct ft_worker *worker, json_t *second);

/* Sends STATUS, the sign of life; a timer's call, opaque is the worker. */
void ft_worker_send_status(void *opaque);

#endif
