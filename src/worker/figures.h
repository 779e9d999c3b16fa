/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker measures in the second that runs, and the last one that is
 * over (pair/metrics.h). Fixed memory; adding is a lock and some arithmetic,
 * so that the threads of an epoch may do it.
 *
 * Threads: any.
 */
#ifndef FT_WORKER_FIGURES_H
#define FT_WORKER_FIGURES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pair/metrics.h"

struct ft_figures {
    pthread_mutex_t lock;
    struct ft_second now, last;
};

struct ft_figure {
    enum ft_metric metric;
    double value; /* in the metric's unit; ignored unless finite and >= 0 */
};

/* at: the second that begins, of CLOCK_REALTIME since 1970. */
void ft_figures_init(struct ft_figures *figures, int64_t at);

void ft_figures_add(struct ft_figures *figures, enum ft_metric metric,
                    double value);

/* Several at once, so that what belongs together is in one second. */
void ft_figures_add_all(struct ft_figures *figures,
                        const struct ft_figure *list, size_t n);

/*
 * Begins the second at when it is another one than the one that runs (also an
 * earlier one: clocks are set). Then true, and *done is the one that is over.
 */
bool ft_figures_turn(struct ft_figures *figures, int64_t at,
                     struct ft_second *done);

/* The last second that is over; nothing is measured in it at first. */
void ft_figures_last(struct ft_figures *figures, struct ft_second *last);

#endif
