/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker's seconds: when one is over, and what is looked at once in each, in
 * both roles. Control thread.
 */
#ifndef FT_WORKER_WORKER_FIGURES_H
#define FT_WORKER_WORKER_FIGURES_H

#include "worker/worker.h"

/* Before anything is measured. */
void ft_worker_init_figures(struct ft_worker *worker);

/* At every tick. The second that is over as JSON; NULL while it runs on. */
json_t *ft_worker_tick_figures(struct ft_worker *worker);

/* Adds the members of STATUS that come from here. */
void ft_worker_report_figures(struct ft_worker *worker, json_t *status);

#endif
