/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Epochs of a VM that has none: how much each writes, and when the next begins. */
#include "config.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/order.h"
#include "pair/copy-behind.h"
#include "pair/estimate-private.h"

#define NS_PER_MS 1000000.0
#define EPOCHS 300 /* played */
#define FIRST 20   /* of these not counted: they find their pace */
#define LOOKS 64   /* at the trigger, for one epoch */
#define WAITS 2000
#define LONGEST_MS 1e7 /* no part of an epoch is supposed to take longer */

/* An epoch takes so much of a processor without any page, ms (tests/bench). */
#define CPU_MS 2.0
/* And of the time in which a host can send a page so much is its worker's. */
#define CPU_SHARE 0.45

/* From the VM's going on to the acknowledgement without any page (tests/bench). */
#define COMMIT_MS 0.7

/* -- how much is written -- */

static double
pages_of(const struct ft_measurement_length *length, enum ft_epoch_share share)
{
    return share == FT_EPOCH_MEAN  ? length->mean
           : share == FT_EPOCH_P50 ? length->p50
                                   : length->p99;
}

/* The line through two of what was measured, at a length. */
static double
line(const struct ft_measurement_length *a,
     const struct ft_measurement_length *b, enum ft_epoch_share share, double ms)
{
    double from = pages_of(a, share), to = pages_of(b, share);

    return from + (to - from) * (ms - a->interval_ms) /
                      (b->interval_ms - a->interval_ms);
}

/* In no time nothing; beyond the longest as the last two go on. */
static double
pages_in(const struct ft_measurement *measured, enum ft_epoch_share share,
         double ms)
{
    const struct ft_measurement_length *list = measured->lengths;
    unsigned n = measured->n_lengths, i = 0;

    if (n == 0 || ms <= 0)
        return 0;
    if (ms <= list[0].interval_ms)
        return pages_of(&list[0], share) * ms / list[0].interval_ms;
    if (n == 1)
        return pages_of(&list[0], share) * ms / list[0].interval_ms;
    while (i + 2 < n && list[i + 1].interval_ms < ms)
        i++;
    return line(&list[i], &list[i + 1], share, ms);
}

double
ft_epoch_bytes(const struct ft_epoch_model *model, enum ft_epoch_share share,
               double length_ms)
{
    double bytes =
        pages_in(model->measured, share, length_ms) * FT_MEASURED_PAGE;

    bytes = FT_MIN(bytes, (double)model->measured->memory);
    return FT_MAX(bytes, 0);
}

/* -- what that takes -- */

static double
bounded_ms(double ms)
{
    return FT_MIN(ms, LONGEST_MS);
}

/*
 * More than the engine keeps in memory is sent while the VM runs on, and it is
 * stopped for what it wrote meanwhile; what is then still too much is sent while
 * it stands.
 */
void
ft_epoch_cost(const struct ft_epoch_model *model, double bytes,
              struct ft_epoch_cost *out)
{
    double ship_ms;

    *out = (struct ft_epoch_cost){ .pause_ms = model->stop_ms +
                                               model->measured->scan_ms };
    for (int i = 0; i < FT_COPY_BEHIND_TRIES && bytes > FT_EPOCH_BUFFER; i++) {
        ship_ms = bounded_ms(bytes / model->ship_bytes_ms);
        out->behind_ms += ship_ms;
        out->bytes += bytes;
        bytes = ft_epoch_bytes(model, FT_EPOCH_MEAN, ship_ms);
    }
    out->bytes += bytes;
    ship_ms =
        bounded_ms(bytes * model->measured->dirty_data / model->ship_bytes_ms);
    if (bytes > FT_EPOCH_BUFFER) {
        out->pause_ms += ship_ms;
        ship_ms = 0;
    } else {
        out->pause_ms += bytes / model->copy_bytes_ms;
    }
    out->pause_ms = bounded_ms(out->pause_ms);
    out->commit_ms = out->pause_ms + ship_ms + COMMIT_MS + model->round_trip_ms;
}

static double
cpu_ms(const struct ft_epoch_model *model, double bytes)
{
    return bounded_ms(CPU_MS + bytes / model->copy_bytes_ms +
                      bytes * CPU_SHARE / model->host_bytes_ms);
}

/* -- one after the other -- */

struct play {
    const struct ft_epoch_model *model;
    struct ft_trigger_input in;
    int64_t output_ns; /* the oldest output that no epoch has; or never */
    double disk_bytes_ns;
    double *waits;
    size_t n_waits;
    uint32_t chance;
    double length_ms, pause_ms, bytes; /* sums */
    unsigned count;
};

/* Half to one and a half of the mean: regular, but in step with nothing. */
static int64_t
next_gap(struct play *p)
{
    double part;

    p->chance = p->chance * 1664525U + 1013904223U;
    part = 0.5 + (double)(p->chance >> 8) / (double)(1U << 24);
    return 1 + (int64_t)(p->model->output_gap_ms * part * NS_PER_MS);
}

/* What was sent before the stop leaves with its acknowledgement. */
static void
let_out(struct play *p, int64_t stop_ns, int64_t acked_ns, bool counted)
{
    int64_t span = 1;

    while (p->output_ns != FT_TRIGGER_NEVER && p->output_ns <= stop_ns) {
        if (counted && p->n_waits < WAITS)
            p->waits[p->n_waits++] =
                (double)(acked_ns - p->output_ns) / NS_PER_MS;
        /* so many that not each has to be looked at */
        span = FT_MAX(span, (stop_ns - p->output_ns) / 32);
        p->output_ns += FT_MAX(next_gap(p), span);
    }
}

/* When the trigger begins the next one, from the acknowledgement on. */
static int64_t
next_start(struct play *p, int64_t acked_ns)
{
    double limit = (double)p->model->trigger.disk_bytes_limit;
    double full_ns = p->disk_bytes_ns > 0 ? limit / p->disk_bytes_ns
                                          : FT_TRIGGER_NEVER / 2.0;

    p->in.now_ns = acked_ns;
    for (int i = 0; i < LOOKS; i++) {
        struct ft_trigger_answer answer;
        double passed = (double)(p->in.now_ns - p->in.last_start_ns);
        int64_t at;

        p->in.held_since_ns =
            p->output_ns <= p->in.now_ns ? p->output_ns : FT_TRIGGER_NEVER;
        p->in.disk_bytes = (uint64_t)FT_MIN(passed * p->disk_bytes_ns, 1e18);
        answer = ft_trigger_decide(&p->model->trigger, &p->in);
        if (answer.now)
            break;
        at = answer.at_ns;
        if (p->output_ns > p->in.now_ns)
            at = FT_MIN(at, p->output_ns);
        if (passed < full_ns && full_ns < 1e15)
            at = FT_MIN(at, p->in.last_start_ns + (int64_t)full_ns + 1);
        p->in.now_ns = FT_MAX(at, p->in.now_ns + 1);
    }
    return p->in.now_ns;
}

static int64_t
to_ns(double ms)
{
    return (int64_t)(ms * NS_PER_MS);
}

static void
play_epoch(struct play *p, double *length_ms, bool counted)
{
    const struct ft_epoch_model *model = p->model;
    int64_t begin = p->in.now_ns, stop, acked;
    struct ft_epoch_cost cost;

    ft_epoch_cost(model, ft_epoch_bytes(model, FT_EPOCH_MEAN, *length_ms),
                  &cost);
    stop = begin + to_ns(cost.behind_ms);
    acked = stop + to_ns(cost.commit_ms);
    let_out(p, stop, acked, counted);
    p->in.last_start_ns = begin;
    p->in.pause_before_ns = p->in.last_pause_ns;
    p->in.last_pause_ns = to_ns(cost.pause_ms);
    p->in.epoch_cpu_ns = to_ns(cpu_ms(model, cost.bytes));
    p->in.pages[1] = p->in.pages[0];
    p->in.pages[0] = (uint64_t)(cost.bytes / FT_MEASURED_PAGE);
    *length_ms = (double)(next_start(p, acked) - begin) / NS_PER_MS;
    if (!counted)
        return;
    p->length_ms += *length_ms;
    p->pause_ms += cost.pause_ms;
    p->bytes += cost.bytes;
    p->count++;
}

void
ft_epochs_play(const struct ft_epoch_model *model, struct ft_epochs *out)
{
    double waits[WAITS];
    struct play p = { .model = model, .waits = waits, .chance = 1 };
    double length = (double)model->trigger.interval_ns / NS_PER_MS;
    struct ft_epoch_cost cost;

    p.disk_bytes_ns = model->measured->write_bytes_per_s / 1e9;
    p.in.acknowledged = true;
    p.in.pressure = model->measured->pressure;
    p.output_ns = model->output_gap_ms > 0 ? 1 : FT_TRIGGER_NEVER;
    for (int i = 0; i < EPOCHS; i++)
        play_epoch(&p, &length, i >= FIRST);
    out->length_ms = p.length_ms / p.count;
    out->pause_ms = p.pause_ms / p.count;
    out->bytes = p.bytes / p.count;
    qsort(waits, p.n_waits, sizeof(waits[0]), ft_order_doubles);
    /* one that were sent alone would wait for its own epoch */
    ft_epoch_cost(model, out->bytes, &cost);
    out->wait_p50 = p.n_waits ? waits[(p.n_waits - 1) / 2]
                              : cost.behind_ms + cost.commit_ms;
    out->wait_p99 =
        p.n_waits ? waits[(p.n_waits - 1) * 99 / 100] : out->wait_p50;
}
