/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/history.h"

#include <string.h>

#include "base/cleanup.h"
#include "db/samples.h"

#define MEDIUM_S 14400 /* what minutes are kept for */

/* Lays the medians of kept minutes or hours over the points. */
static void
add_rollups(struct ft_store *store, const char *pair, enum ft_metric metric,
            enum ft_rollup_scale scale, int64_t from, struct ft_history *h)
{
    FT_AUTOFREE struct ft_rollup *rollups = NULL;
    size_t count = 0;

    if (ft_store_rollup_list(store, pair, scale, from - (int)scale, &rollups,
                             &count, NULL))
        return;
    for (size_t i = 0; i < count; i++) {
        double first = (double)(rollups[i].at - from) / h->step_s;
        double last = (double)(rollups[i].at + (int)scale - from) / h->step_s;

        for (double at = FT_MAX(first, 0.0); at < last && at < h->count; at++)
            if (rollups[i].metrics[metric].count && h->values[(size_t)at] < 0)
                h->values[(size_t)at] = rollups[i].metrics[metric].p50;
    }
}

static void
add_usual(struct ft_store *store, const char *pair, enum ft_metric metric,
          struct ft_history *h)
{
    struct ft_usual usual[FT_METRIC_COUNT];

    h->usual_low = h->usual_high = -1;
    if (ft_store_usual_get(store, pair, usual, NULL) || !usual[metric].known)
        return;
    h->usual_low = usual[metric].low;
    h->usual_high = usual[metric].high;
}

bool
ft_history_read(struct ft_store *store, const struct ft_recent *recent,
                const char *pair, const char *metric, int64_t now_s,
                int64_t seconds, struct ft_history *h)
{
    enum ft_metric m = ft_metric_by_name(metric);
    int64_t from = now_s - seconds;

    if (m == FT_METRIC_COUNT || !ft_recent_keeps(m))
        return false;
    memset(h, 0, sizeof(*h));
    h->count = (unsigned)FT_MIN(seconds, (int64_t)FT_HISTORY_POINTS / 2);
    h->step_s = (double)seconds / h->count;
    ft_recent_points(recent, pair, m, from, now_s, h->count, h->values);
    if (seconds > 120)
        add_rollups(store, pair, m,
                    seconds <= MEDIUM_S ? FT_ROLLUP_MINUTE : FT_ROLLUP_HOUR,
                    from, h);
    add_usual(store, pair, m, h);
    return true;
}
