/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The actions of the ownership machine that both roles share, and the link:
 * connecting, accepting, and what happens when it ends. Control thread only.
 */
#ifndef FT_WORKER_WORKER_ACTIONS_H
#define FT_WORKER_WORKER_ACTIONS_H

#include "worker/worker.h"

/* Carries out one action, or hands it to the side. */
void ft_worker_act(struct ft_worker *worker,
                   const struct ft_ownership_action *action);

/* Takes the socket of a peer that connected to the daemon. */
void ft_worker_accept(struct ft_worker *worker, int fd);

/* The connect timer's call; opaque is the worker. */
void ft_worker_connect(void *opaque);

/* A timer's call: looks whether the witness answers; opaque is the worker. */
void ft_worker_check_witness(void *opaque);

/* Ends the link, if there is one, and waits for its receiver. */
void ft_worker_drop_link(struct ft_worker *worker);

#endif
