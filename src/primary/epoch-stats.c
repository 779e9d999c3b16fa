/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/epoch-stats.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define WINDOW_NS (30 * FT_NS_PER_S)
#define RATE_WINDOW_NS (2 * FT_NS_PER_S)

void
ft_epoch_stats_init(struct ft_epoch_stats *stats, struct ft_figures *figures)
{
    memset(stats, 0, sizeof(*stats));
    stats->figures = figures;
    pthread_mutex_init(&stats->lock, NULL);
    stats->window_began = ft_clock_ns();
}

void
ft_epoch_stats_begin(struct ft_epoch_stats *stats)
{
    pthread_mutex_lock(&stats->lock);
    stats->last_epoch = stats->shipped_epoch = 0;
    stats->last_stop = stats->acked_stop = stats->shipped = 0;
    pthread_mutex_unlock(&stats->lock);
}

static double
ms(int64_t ns)
{
    return (double)ns / FT_NS_PER_MS;
}

void
ft_epoch_stats_add(struct ft_epoch_stats *stats, uint64_t epoch,
                   int64_t stop_ns, int64_t pause_ns, uint64_t dirty_bytes)
{
    pthread_mutex_lock(&stats->lock);
    if (stop_ns - stats->window_began > WINDOW_NS) {
        ft_histogram_turn(&stats->pause);
        ft_histogram_turn(&stats->commit);
        stats->window_began = stop_ns;
    }
    ft_histogram_add(&stats->pause, pause_ns);
    stats->starts[stats->count++ % FT_EPOCH_STATS_RECENT] = stop_ns;
    stats->last_epoch = epoch;
    stats->last_stop = stop_ns;
    stats->dirty_total += dirty_bytes;
    stats->dirty_bytes += ((double)dirty_bytes - stats->dirty_bytes) / 16;
    pthread_mutex_unlock(&stats->lock);
    ft_figures_add_all(stats->figures,
                       (struct ft_figure[]){
                           { FT_METRIC_PAUSE, ms(pause_ns) },
                           { FT_METRIC_DIRTY, (double)dirty_bytes },
                       },
                       2);
}

void
ft_epoch_stats_behind(struct ft_epoch_stats *stats, int64_t pause_ns,
                      uint64_t bytes)
{
    pthread_mutex_lock(&stats->lock);
    ft_histogram_add(&stats->pause, pause_ns);
    stats->behind++;
    stats->dirty_total += bytes;
    pthread_mutex_unlock(&stats->lock);
    ft_figures_add(stats->figures, FT_METRIC_PAUSE, ms(pause_ns));
}

static enum ft_metric
counter_of(enum ft_trigger_reason reason)
{
    switch (reason) {
    case FT_TRIGGER_OUTPUT:
        return FT_METRIC_BY_OUTPUT;
    case FT_TRIGGER_DISK:
        return FT_METRIC_BY_DISK;
    case FT_TRIGGER_FORCED:
        return FT_METRIC_BY_COMMAND;
    default:
        return FT_METRIC_BY_INTERVAL;
    }
}

static void
add_phases(struct ft_epoch_stats *stats, const struct ft_epoch_moments *m)
{
    const struct ft_figure phases[] = {
        { FT_METRIC_WAIT, ms(m->asked - m->before - m->behind) },
        { FT_METRIC_STOP, ms(m->stood - m->asked) },
        { FT_METRIC_SCAN, ms(m->scanned - m->stood) },
        { FT_METRIC_COPY, ms(m->copied - m->scanned) },
        { FT_METRIC_STATE, ms(m->ran - m->copied) },
        { FT_METRIC_SHIP, ms(m->shipped - m->ran + m->behind) },
        { FT_METRIC_EPOCH, ms(m->shipped - m->before) },
    };

    ft_figures_add_all(stats->figures, phases, FT_ARRAY_SIZE(phases));
}

void
ft_epoch_stats_shipped(struct ft_epoch_stats *stats, uint64_t epoch,
                       const struct ft_epoch_moments *moments,
                       enum ft_trigger_reason reason)
{
    bool answered;

    pthread_mutex_lock(&stats->lock);
    stats->shipped_epoch = epoch;
    stats->shipped = moments->shipped;
    /* the answer may come before its thread lets us note that */
    answered = stats->acked_stop && stats->acked_epoch == epoch;
    pthread_mutex_unlock(&stats->lock);
    ft_figures_add(stats->figures, counter_of(reason), 1);
    if (answered)
        ft_figures_add(stats->figures, FT_METRIC_ACK, 0);
    if (moments->before)
        add_phases(stats, moments);
}

void
ft_epoch_stats_acked(struct ft_epoch_stats *stats, uint64_t epoch, int64_t now)
{
    int64_t stop, replaced, shipped;

    pthread_mutex_lock(&stats->lock);
    if (epoch != stats->last_epoch) {
        pthread_mutex_unlock(&stats->lock);
        return;
    }
    replaced = stats->acked_stop;
    stop = stats->acked_stop = stats->last_stop;
    stats->acked_epoch = epoch;
    shipped = stats->shipped_epoch == epoch ? stats->shipped : INT64_MAX;
    ft_histogram_add(&stats->commit, now - stop);
    pthread_mutex_unlock(&stats->lock);
    ft_figures_add_all(stats->figures,
                       (struct ft_figure[]){
                           { FT_METRIC_COMMIT, ms(now - stop) },
                           { FT_METRIC_LAG, replaced ? ms(now - replaced) : -1 },
                           { FT_METRIC_ACK,
                             shipped < INT64_MAX ? ms(now - shipped) : -1 },
                       },
                       3);
}

void
ft_epoch_stats_pages(struct ft_epoch_stats *stats, uint64_t data, uint64_t zero)
{
    pthread_mutex_lock(&stats->lock);
    stats->pages_total += data;
    stats->zero_pages_total += zero;
    pthread_mutex_unlock(&stats->lock);
}

void
ft_epoch_stats_traffic(struct ft_epoch_stats *stats, uint64_t link_bytes,
                       uint64_t disk_bytes, uint64_t buffer_bytes,
                       uint64_t state_bytes)
{
    pthread_mutex_lock(&stats->lock);
    stats->link_bytes = link_bytes;
    stats->disk_bytes = disk_bytes;
    stats->buffer_bytes = buffer_bytes;
    stats->state_bytes = state_bytes;
    pthread_mutex_unlock(&stats->lock);
}

void
ft_epoch_stats_progress(struct ft_epoch_stats *stats, const char *phase,
                        uint64_t done, uint64_t total)
{
    int64_t now = ft_clock_ns();

    pthread_mutex_lock(&stats->lock);
    if (stats->phase != phase) {
        stats->phase_began = now;
        stats->spread.count = 0;
    }
    stats->phase = phase;
    stats->done = done;
    stats->total = total;
    ft_spread_add(&stats->spread, now, done);
    pthread_mutex_unlock(&stats->lock);
}

static double
rate(const struct ft_epoch_stats *stats, int64_t now)
{
    uint64_t known = stats->count < FT_EPOCH_STATS_RECENT
                         ? stats->count
                         : FT_EPOCH_STATS_RECENT;
    int64_t oldest = now;
    unsigned i, n = 0;

    for (i = 0; i < known; i++) {
        if (now - stats->starts[i] > RATE_WINDOW_NS)
            continue;
        n++;
        if (stats->starts[i] < oldest)
            oldest = stats->starts[i];
    }
    return n > 1 && now > oldest ? n * 1e9 / (double)(now - oldest) : 0;
}

static json_t *
percentiles(const struct ft_histogram *h)
{
    return json_pack("{s:f,s:f}", "p50",
                     (double)ft_histogram_percentile(h, 50) / 1e6, "p99",
                     (double)ft_histogram_percentile(h, 99) / 1e6);
}

/* Of late; in the first second, since it began. */
static double
copied_per_s(const struct ft_epoch_stats *stats, int64_t now)
{
    int64_t took = now - stats->phase_began;

    if (stats->spread.count > 1)
        return ft_spread_rate(&stats->spread);
    return took > 0 ? (double)stats->done * 1e9 / (double)took : 0;
}

/* One that stands still has to be seen, too: this is a look like any other. */
static json_t *
progress(struct ft_epoch_stats *stats, int64_t now)
{
    double slower, faster;
    bool known;

    if (!stats->phase)
        return json_null();
    ft_spread_add(&stats->spread, now, stats->done);
    known = ft_spread_halves(&stats->spread, &slower, &faster);
    return json_pack("{s:s,s:I,s:I,s:f,s:o,s:o}", "phase", stats->phase, "done",
                     (json_int_t)stats->done, "total", (json_int_t)stats->total,
                     "bytes_per_s", copied_per_s(stats, now),
                     "slower_bytes_per_s",
                     known ? json_real(slower) : json_null(),
                     "faster_bytes_per_s",
                     known ? json_real(faster) : json_null());
}

static json_t *
counters(const struct ft_epoch_stats *stats)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "epochs",
                     (json_int_t)stats->count, "behind",
                     (json_int_t)stats->behind, "dirty_bytes",
                     (json_int_t)stats->dirty_total, "pages_sent",
                     (json_int_t)stats->pages_total, "zero_pages",
                     (json_int_t)stats->zero_pages_total, "link_bytes",
                     (json_int_t)stats->link_bytes, "disk_bytes",
                     (json_int_t)stats->disk_bytes, "buffer_bytes",
                     (json_int_t)stats->buffer_bytes, "state_bytes",
                     (json_int_t)stats->state_bytes);
}

void
ft_epoch_stats_report(struct ft_epoch_stats *stats, bool covered, json_t *status)
{
    int64_t now = ft_clock_ns();

    pthread_mutex_lock(&stats->lock);
    json_object_set_new(status, "epoch",
                        json_integer((json_int_t)stats->acked_epoch));
    json_object_set_new(status, "epochs_per_s", json_real(rate(stats, now)));
    json_object_set_new(status, "pause_ms", percentiles(&stats->pause));
    json_object_set_new(status, "commit_ms", percentiles(&stats->commit));
    json_object_set_new(status, "lag_ms",
                        covered && stats->acked_stop
                            ? json_real(ms(now - stats->acked_stop))
                            : json_null());
    json_object_set_new(status, "dirty_bytes_per_epoch",
                        json_integer((json_int_t)stats->dirty_bytes));
    json_object_set_new(status, "progress", progress(stats, now));
    json_object_set_new(status, "counters", counters(stats));
    pthread_mutex_unlock(&stats->lock);
}
