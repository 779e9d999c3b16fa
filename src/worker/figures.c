/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/figures.h"

#include <string.h>

void
ft_figures_init(struct ft_figures *figures, int64_t at)
{
    memset(figures, 0, sizeof(*figures));
    pthread_mutex_init(&figures->lock, NULL);
    figures->now.at = at;
}

void
ft_figures_add_all(struct ft_figures *figures, const struct ft_figure *list,
                   size_t n)
{
    pthread_mutex_lock(&figures->lock);
    for (size_t i = 0; i < n; i++)
        ft_bucket_add(&figures->now.metrics[list[i].metric], list[i].value);
    pthread_mutex_unlock(&figures->lock);
}

void
ft_figures_add(struct ft_figures *figures, enum ft_metric metric, double value)
{
    ft_figures_add_all(figures, &(struct ft_figure){ metric, value }, 1);
}

bool
ft_figures_turn(struct ft_figures *figures, int64_t at, struct ft_second *done)
{
    bool over;

    pthread_mutex_lock(&figures->lock);
    over = figures->now.at != at;
    if (over) {
        figures->last = *done = figures->now;
        memset(&figures->now, 0, sizeof(figures->now));
        figures->now.at = at;
    }
    pthread_mutex_unlock(&figures->lock);
    return over;
}

void
ft_figures_last(struct ft_figures *figures, struct ft_second *last)
{
    pthread_mutex_lock(&figures->lock);
    *last = figures->last;
    pthread_mutex_unlock(&figures->lock);
}
