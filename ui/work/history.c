/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/history.h"

#include <string.h>

#include "base/cleanup.h"
#include "db/samples.h"

#define SHORT_S 120    /* what seconds alone are shown for */
#define MEDIUM_S 14400 /* what minutes are kept for */

/* Lays the medians of kept minutes or hours over the points until one. */
static void
add_rollups(struct ft_store *store, const struct ft_history_wish *wish,
            enum ft_rollup_scale scale, double end, struct ft_history *h)
{
    enum ft_metric metric = ft_metric_by_name(wish->metric);
    int64_t from = wish->until_s - wish->seconds;
    FT_AUTOFREE struct ft_rollup *rollups = NULL;
    size_t count = 0;

    if (ft_store_rollup_list(store, wish->pair, scale, from - (int)scale,
                             &rollups, &count, NULL))
        return;
    for (size_t i = 0; i < count; i++) {
        double first = (double)(rollups[i].at - from) / h->step_s;
        double last = (double)(rollups[i].at + (int)scale - from) / h->step_s;

        for (double at = FT_MAX(first, 0.0); at < last && at < end; at++) {
            if (!rollups[i].metrics[metric].count || h->values[(size_t)at] >= 0)
                continue;
            h->values[(size_t)at] = rollups[i].metrics[metric].p50;
            h->of_s = FT_MAX(h->of_s, (unsigned)scale);
        }
    }
}

static void
add_usual(struct ft_store *store, const struct ft_history_wish *wish,
          struct ft_history *h)
{
    struct ft_usual usual[FT_METRIC_COUNT];
    enum ft_metric metric = ft_metric_by_name(wish->metric);

    h->usual_low = h->usual_high = -1;
    if (ft_store_usual_get(store, wish->pair, usual, NULL) ||
        !usual[metric].known)
        return;
    h->usual_low = usual[metric].low;
    h->usual_high = usual[metric].high;
}

bool
ft_history_read(struct ft_store *store, const struct ft_recent *recent,
                const struct ft_history_wish *wish, struct ft_history *h)
{
    enum ft_metric m = ft_metric_by_name(wish->metric);
    int64_t from = wish->until_s - wish->seconds;
    double old; /* the first point of which minutes are kept */

    if (m == FT_METRIC_COUNT || !ft_recent_keeps(m))
        return false;
    memset(h, 0, sizeof(*h));
    h->count = (unsigned)FT_MIN(wish->seconds, (int64_t)FT_HISTORY_POINTS / 2);
    h->step_s = (double)wish->seconds / h->count;
    h->of_s = 1;
    ft_recent_points(recent, wish->pair, m, from, wish->until_s, h->count,
                     h->values);
    old = (double)(wish->now_s - MEDIUM_S - from) / h->step_s;
    old = FT_MAX(0.0, FT_MIN(old, (double)h->count));
    if (wish->seconds > MEDIUM_S)
        old = h->count;
    if (wish->seconds > SHORT_S || wish->until_s < wish->now_s - SHORT_S)
        add_rollups(store, wish, FT_ROLLUP_MINUTE,
                    wish->seconds > MEDIUM_S ? 0 : h->count, h);
    if (old > 0)
        add_rollups(store, wish, FT_ROLLUP_HOUR, old, h);
    add_usual(store, wish, h);
    return true;
}

/* ---- a moment ---- */

static double
recent_value(const struct ft_recent *recent, const char *pair,
             enum ft_metric metric, int64_t at_s)
{
    float value = -1;

    ft_recent_points(recent, pair, metric, at_s - 1, at_s + 1, 1, &value);
    return value;
}

static bool
recent_moment(const struct ft_recent *recent, const char *pair, int64_t at_s,
              struct ft_measured *out)
{
    out->of_s = 1;
    out->lag_ms = recent_value(recent, pair, FT_METRIC_LAG, at_s);
    out->pause_ms = recent_value(recent, pair, FT_METRIC_PAUSE, at_s);
    return out->lag_ms >= 0 || out->pause_ms >= 0 ||
           recent_value(recent, pair, FT_METRIC_CPU, at_s) >= 0;
}

static double
median_of(const struct ft_rollup *rollup, enum ft_metric metric)
{
    return rollup->metrics[metric].count ? (double)rollup->metrics[metric].p50
                                         : -1;
}

bool
ft_history_moment(struct ft_store *store, const struct ft_recent *recent,
                  const char *pair, int64_t at_s, struct ft_measured *out)
{
    static const enum ft_rollup_scale scales[] = { FT_ROLLUP_MINUTE,
                                                   FT_ROLLUP_HOUR };
    struct ft_rollup rollup;

    if (recent_moment(recent, pair, at_s, out))
        return true;
    for (size_t i = 0; i < FT_ARRAY_SIZE(scales); i++)
        if (!ft_store_rollup_at(store, pair, scales[i], at_s, &rollup, NULL)) {
            out->of_s = (unsigned)scales[i];
            out->lag_ms = median_of(&rollup, FT_METRIC_LAG);
            out->pause_ms = median_of(&rollup, FT_METRIC_PAUSE);
            return true;
        }
    *out = (struct ft_measured){ 0, -1, -1 };
    return false;
}
