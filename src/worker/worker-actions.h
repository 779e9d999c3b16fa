/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions of the ownership machine that both roles share. Control thread. */
#ifndef FT_WORKER_WORKER_ACTIONS_H
#define FT_WORKER_WORKER_ACTIONS_H

#include "worker/worker.h"

/* Carries out one action, or hands it to the side. */
void ft_worker_act(struct ft_worker *worker,
                   const struct ft_ownership_action *action);

#endif
