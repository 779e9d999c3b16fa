/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a worker's process. */
#ifndef FT_WORKER_WORKER_MAIN_H
#define FT_WORKER_WORKER_MAIN_H

#include "worker/worker.h"

/* The two sides, by enum ft_role: handed down, because they lie above. */
struct ft_sides {
    const struct ft_side *by_role[2];
};

/* Runs the worker of a pair. Exit status for main. */
int ft_worker_main(const char *pair, int give_up, const struct ft_sides *sides);

#endif
