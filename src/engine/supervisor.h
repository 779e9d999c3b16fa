/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's workers: one process for each pair, started, watched, restarted
 * and never more than one for a pair. A worker that outlives a daemon connects
 * to the next one by itself. What workers say goes to the board (board.h). Loop
 * thread only.
 *
 * Messages (channel.h). Worker to daemon: first {"worker":PAIR,"pid":N}; then
 * {"status":STATUS} several times a second, which is also its sign of life;
 * {"sample":SECOND} once a second; {"event":EVENT};
 * {"reply":CLIENT,"id":ID,"result"|"error":...}; {"bye":WHY} before it exits, WHY
 * being "role" (start it again), "removed" (forget the pair) or "gave-up";
 * {"busy":{"persists":BOOL,"takes_over":BOOL},"problem":ERROR} before it may be
 * silent for long, and after (life.h): "busy" stands beside a status as well, the
 * problem is the pair's until its next status. Daemon to worker: {"verb","args","client","id"}, or {"link":true} with the socket of a
 * peer that has just connected.
 */
#ifndef FT_ENGINE_SUPERVISOR_H
#define FT_ENGINE_SUPERVISOR_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "engine/control-server.h"

/* Listens for workers; starts those of all stored pairs that do not report. */
int ft_supervisor_open(struct ft_error *err);

/* Starts (or restarts after giving up) the worker of a stored pair. */
int ft_supervisor_start(const char *pair, struct ft_error *err);

/* Ends a pair's worker so that it starts again with its new configuration. */
void ft_supervisor_restart(const char *pair);

/*
 * The same for a worker that is not this program: it outlived an upgrade of the
 * engine. *replaced: there was such a one. -ENOENT; -EBUSY: it takes the VM over.
 */
int ft_supervisor_replace(const char *pair, bool *replaced,
                          struct ft_error *err);

/*
 * Hands a request to the pair's worker, which answers it later; one request
 * waits for a worker that is being started. -ENOENT: no such pair; -EAGAIN: its
 * worker cannot take it at this moment.
 */
int ft_supervisor_forward(const char *pair, const char *verb, const json_t *args,
                          struct ft_request request, struct ft_error *err);

/* Gives a peer's socket to the worker; the descriptor stays the caller's. */
int ft_supervisor_pass_link(const char *pair, int fd);

/* 1 while a worker for this pair is connected. */
int ft_supervisor_running(const char *pair);

/* True: its worker takes the VM over, and is not to be ended. */
bool ft_supervisor_takes_over(const char *pair);

/*
 * Whether copies may wait on this host: while not, each standby's worker ends its
 * copy and then itself, also one that becomes a standby later; afterwards all are
 * started again. How many of them have not ended yet; what has not said which
 * role it has counts. Not remembered by the next daemon.
 */
unsigned ft_supervisor_drain(bool on);
bool ft_supervisor_draining(void);

#endif
