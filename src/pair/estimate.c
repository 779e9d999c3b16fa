/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "pair/estimate-private.h"

/*
 * What pairs have shown (tests/bench/README, "Estimates"). A pause without pages:
 * QEMU stops its vCPUs, drains and flushes its disks and saves its devices. It is
 * the longer the slower its monitor answers.
 */
#define STOP_MS 2.0
#define STOP_PER_MONITOR 1.0
#define STOP_MOST_MS 500.0

/* The slowest of a hundred stops, of those alike; and what is added to that on a host
 * where somebody always waits for a processor. */
#define STOP_P99 2.0
#define STOP_P99_CROWDED 1.0

/* Of the time to copy a page so many times it takes to send it, where the network
 * does not count: checksum, encryption, the kernel, and the same there. */
#define SHIP_PER_COPY 4.5
#define COPY_BYTES_S 3e9 /* where it was not measured */

/* Pages that LZ4 does not make smaller than this are sent as they are, and it is not
 * believed to save more than that: LZ4 takes time, too. */
#define LEAST_SAVED 0.875
#define MOST_SAVED 0.1

/* Until the waiting copy is there; what a mirror job of QEMU reads a second. */
#define SETUP_S 1.9
#define DISK_BYTES_S (300.0 * (1 << 20))

/* What the replication carries besides: headers, the devices' state. */
#define OVERHEAD 1.02
#define EPOCH_BYTES 4096.0

/* A worker of a standby that has nothing to do (tests/bench). */
#define WORKER_BYTES (64.0 * (1 << 20))

#define BEYOND 1e15 /* no figure is larger */

#define GAP_MOST_MS 1e7 /* who sends less often waits for nobody */

/* -- the model -- */

static double
sane(double value, double fallback)
{
    return isfinite(value) && value > 0 ? FT_MIN(value, BEYOND) : fallback;
}

/* Packets that come together are one output: in short intervals it shows. */
static double
output_gap_ms(const struct ft_measurement *measured)
{
    const struct ft_measurement_length *first = &measured->lengths[0];

    double gap;

    if (measured->packets_per_s <= 0 || !measured->n_lengths)
        return 0;
    gap = 1000 / measured->packets_per_s;
    if (first->sent < 1 && first->sent > 0)
        gap = FT_MAX(gap, first->interval_ms / first->sent);
    return FT_MIN(gap, GAP_MOST_MS);
}

/*
 * What the network carries of pages: while it is what an epoch waits for they are
 * compressed (src/primary/replicator.c), which saves an eighth at least, or is not done.
 */
static double
link_of_pages(const struct ft_estimate_input *input)
{
    double packed = sane(input->measured->packed, 1);
    double link = sane(input->link_bytes_per_s, BEYOND);

    return packed > LEAST_SAVED ? link : link / FT_MAX(packed, MOST_SAVED);
}

/* pace: so many times as fast as supposed. */
static void
make_model(const struct ft_estimate_input *input, double pace,
           struct ft_epoch_model *model)
{
    const struct ft_measurement *measured = input->measured;
    double copy = pace * sane(measured->copy_bytes_per_s, COPY_BYTES_S);
    double host = copy / SHIP_PER_COPY;
    double link = sane(input->link_bytes_per_s, BEYOND);
    double pages = link_of_pages(input);
    double stop = STOP_MS + STOP_PER_MONITOR * sane(measured->monitor_ms, 0);

    *model = (struct ft_epoch_model){
        .measured = measured,
        .trigger = input->trigger,
        .stop_ms = FT_MIN(stop / pace, STOP_MOST_MS),
        .copy_bytes_ms = FT_MAX(copy / 1000, 1),
        .host_bytes_ms = FT_MAX(host / 1000, 1),
        .ship_bytes_ms = FT_MAX(FT_MIN(host, pages) / 1000, 1),
        .packed = pages < host ? link / pages : 1,
        .round_trip_ms = FT_MIN(sane(input->round_trip_ms, 0), 60000),
        .output_gap_ms = output_gap_ms(measured),
    };
}

/* -- figures -- */

/* So many times less and more, and twice that where few intervals were seen. */
static void
set(struct ft_estimate *out, enum ft_estimate_figure figure, double value,
    double less, double more)
{
    struct ft_estimate_range *range = &out->figures[figure];

    value = sane(value, 0);
    range->value = value;
    range->least = value / less;
    range->most = FT_MIN(value * more, BEYOND);
}

/* How much wider a range is for figures that rest on so few intervals. */
static double
doubt(const struct ft_measurement *measured)
{
    unsigned most = 0;

    for (unsigned i = 0; i < measured->n_lengths; i++)
        most = FT_MAX(most, measured->lengths[i].count);
    return most >= 50 ? 1 : most >= 20 ? 1.15 : 1.4;
}

static double
slowest_stop(const struct ft_measurement *measured)
{
    double crowded = sane(measured->pressure, 0) / 100;

    return STOP_P99 + STOP_P99_CROWDED * crowded * crowded;
}

static void
set_pauses(const struct ft_epoch_model *model, const struct ft_epochs *epochs,
           struct ft_estimate *out)
{
    double wide = doubt(model->measured);
    double half = ft_epoch_bytes(model, FT_EPOCH_P50, epochs->length_ms);
    double much = ft_epoch_bytes(model, FT_EPOCH_P99, epochs->length_ms);
    struct ft_epoch_cost p50, p99;

    ft_epoch_cost(model, half, &p50);
    ft_epoch_cost(model, FT_MAX(much, half), &p99);
    p99.pause_ms = FT_MAX(p50.pause_ms, p99.pause_ms) +
                   (slowest_stop(model->measured) - 1) *
                       (model->stop_ms + model->measured->scan_ms);
    set(out, FT_ESTIMATE_PAUSE_P50, p50.pause_ms, 1.6 * wide, 1.6 * wide);
    set(out, FT_ESTIMATE_PAUSE_P99, p99.pause_ms, 1.8 * wide, 2 * wide);
    set(out, FT_ESTIMATE_PAUSED,
        FT_MIN(100 * epochs->pause_ms / epochs->length_ms, 100), 1.6 * wide,
        1.6 * wide);
    out->figures[FT_ESTIMATE_PAUSED].most =
        FT_MIN(out->figures[FT_ESTIMATE_PAUSED].most, 100);
}

/*
 * A guest that waits for answers to what it sent does less when each answer comes
 * later: then it writes less than it did.
 */
static void
set_traffic(const struct ft_epoch_model *model, const struct ft_epochs *epochs,
            struct ft_estimate *out)
{
    const struct ft_measurement *measured = model->measured;
    double wide = doubt(measured), less = out->sends ? 2 * wide : 1.4 * wide;
    double shipped =
        epochs->bytes * measured->dirty_data * model->packed * OVERHEAD +
        EPOCH_BYTES;

    set(out, FT_ESTIMATE_EPOCHS, 1000 / epochs->length_ms, 1.5 * wide,
        1.5 * wide);
    set(out, FT_ESTIMATE_DIRTY, epochs->bytes, less, 1.4 * wide);
    set(out, FT_ESTIMATE_LINK,
        shipped * 1000 / epochs->length_ms + measured->write_bytes_per_s, less,
        1.4 * wide);
}

/* An answer that waits for a slow stop is rarely the one that waits longest for its
 * epoch to begin. */
static void
set_latency(const struct ft_epochs *epochs, struct ft_estimate *out)
{
    double slow = out->figures[FT_ESTIMATE_PAUSE_P99].value -
                  out->figures[FT_ESTIMATE_PAUSE_P50].value;

    if (out->sends)
        slow /= 2;

    set(out, FT_ESTIMATE_LATENCY_P50, epochs->wait_p50, 1.7, 1.7);
    set(out, FT_ESTIMATE_LATENCY_P99, epochs->wait_p99 + slow, 1.8, 2);
}

/* At least what is not zero is there, at most all that the VM may have. */
static void
set_memory(const struct ft_estimate_input *input, struct ft_estimate *out)
{
    const struct ft_measurement *measured = input->measured;
    double all = (double)measured->memory;
    struct ft_estimate_range *range = &out->figures[FT_ESTIMATE_MEMORY];

    range->value = FT_MIN(all + (double)input->engine_memory, BEYOND * 1000);
    range->least = FT_MIN(all * measured->data + WORKER_BYTES, range->value);
    range->most = range->value * 1.02; /* page tables */
}

/* The disks, then the memory, then what was written meanwhile. */
static void
set_first_sync(const struct ft_epoch_model *model,
               const struct ft_estimate_input *input, struct ft_estimate *out)
{
    const struct ft_measurement *measured = model->measured;
    double link = sane(input->link_bytes_per_s, BEYOND);
    double most = sane(input->copy_bytes_per_s, BEYOND);
    double ship_ms = FT_MIN(model->ship_bytes_ms, most / 1000);
    double all = (double)measured->memory;
    double disk_s = (double)measured->disk_allocated /
                    FT_MIN(FT_MIN(link, most), DISK_BYTES_S);
    double memory_s =
        (all * measured->data / ship_ms + all / model->copy_bytes_ms) / 1000;
    double again_s = ft_epoch_bytes(model, FT_EPOCH_MEAN, memory_s * 1000) *
                     measured->dirty_data / ship_ms / 1000;

    set(out, FT_ESTIMATE_FIRST_SYNC, SETUP_S + disk_s + memory_s + again_s, 1.6,
        2.5);
}

static void
estimate_at(const struct ft_estimate_input *input, double pace,
            struct ft_estimate *out)
{
    struct ft_epoch_model model;
    struct ft_epochs epochs;

    memset(out, 0, sizeof(*out));
    make_model(input, pace, &model);
    ft_epochs_play(&model, &epochs);
    out->sends = model.output_gap_ms > 0;
    out->link_is_full =
        input->link_bytes_per_s > 0 &&
        epochs.bytes * input->measured->dirty_data / epochs.length_ms >
            0.7 * link_of_pages(input) / 1000;
    set_pauses(&model, &epochs, out);
    set_traffic(&model, &epochs, out);
    set_latency(&epochs, out);
    set_memory(input, out);
    set_first_sync(&model, input, out);
}

/*
 * A guest that writes nearly as fast as its pages can be sent is one thing on a host
 * that is a little faster, and quite another on one that is a little slower: the
 * ranges have both.
 */
void
ft_estimate(const struct ft_estimate_input *input, struct ft_estimate *out)
{
    static const double paces[] = { 1.25, 0.8 };
    struct ft_estimate other;

    estimate_at(input, 1, out);
    for (size_t i = 0; i < FT_ARRAY_SIZE(paces); i++) {
        estimate_at(input, paces[i], &other);
        for (int k = 0; k < FT_ESTIMATE_COUNT; k++) {
            struct ft_estimate_range *range = &out->figures[k];

            range->least = FT_MIN(range->least, other.figures[k].value);
            range->most = FT_MAX(range->most, other.figures[k].value);
        }
    }
}

/* -- words -- */

#define WORD(name, word, title, unit) { word, title, unit },

static const struct {
    const char *word, *title, *unit;
} words[] = { FT_ESTIMATES(WORD) };

static bool
is_known(enum ft_estimate_figure figure)
{
    return (unsigned)figure < FT_ARRAY_SIZE(words);
}

const char *
ft_estimate_word(enum ft_estimate_figure figure)
{
    return is_known(figure) ? words[figure].word : "?";
}

const char *
ft_estimate_title(enum ft_estimate_figure figure)
{
    return is_known(figure) ? words[figure].title : "?";
}

const char *
ft_estimate_unit(enum ft_estimate_figure figure)
{
    return is_known(figure) ? words[figure].unit : "?";
}
