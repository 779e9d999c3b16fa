/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it costs to measure: the processor time of a primary's worker for the
 * figures of an epoch, and of worker and daemon for those of a second, in the
 * code that does it there. Prints nanoseconds, means of many.
 *     figures [--json]
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/load.h"
#include "pair/series.h"
#include "primary/epoch-stats.h"
#include "worker/channel.h"
#include "worker/figures.h"

#define EPOCHS 500000
#define SECONDS 20000
#define A_SECOND 100 /* epochs in it */
#define BEGIN INT64_C(1796000400)

static struct ft_figures figures;
static struct ft_epoch_stats stats;

static void
cannot(const char *what)
{
    fprintf(stderr, "figures: %s does not work\n", what);
    exit(1);
}

/* As src/primary does it: moments are read, the cost is, and all is noted. */
static void
note_epoch(uint64_t number)
{
    struct ft_epoch_moments at = { .before = ft_clock_ns() };
    int64_t cost = ft_load_cpu_ns();

    at.asked = ft_clock_ns();
    at.stood = ft_clock_ns();
    at.scanned = ft_clock_ns();
    at.copied = ft_clock_ns();
    at.ran = ft_clock_ns();
    ft_epoch_stats_add(&stats, number, at.stood, at.ran - at.stood, 1 << 19);
    ft_epoch_stats_pages(&stats, 128, 2);
    at.shipped = ft_clock_ns();
    ft_epoch_stats_shipped(&stats, number, &at, FT_TRIGGER_OUTPUT);
    ft_epoch_stats_traffic(&stats, number << 19, 0, 1 << 24, 1 << 17);
    ft_epoch_stats_acked(&stats, number, ft_clock_ns());
    ft_figures_add_all(&figures,
                       (struct ft_figure[]){
                           { FT_METRIC_HELD_PACKETS, 1 },
                           { FT_METRIC_HELD_BYTES, 90 },
                           { FT_METRIC_HELD_AGE, 2.5 },
                       },
                       3);
    if (ft_load_cpu_ns() < cost)
        cannot("the clock");
}

static int64_t
measure_epochs(void)
{
    int64_t began = ft_load_cpu_ns();

    for (uint64_t i = 1; i <= EPOCHS; i++)
        note_epoch(i);
    return (ft_load_cpu_ns() - began) / EPOCHS;
}

/* A second with everything in it that a primary measures. */
static void
fill_second(void)
{
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++) {
        if (ft_metric_info(i)->side == FT_METRIC_STANDBY)
            continue;
        for (int n = 0; n < A_SECOND; n++)
            ft_figures_add(&figures, i, 1.0 / 3 + n + i);
    }
}

/* The worker's part: the second is over, and goes to the daemon. */
static void
send_second(int64_t at, int fd)
{
    struct ft_second done;

    if (!ft_figures_turn(&figures, at, &done) ||
        ft_channel_send(fd,
                        json_pack("{s:o}", "sample", ft_second_to_json(&done)),
                        -1) < 0)
        cannot("the worker's second");
}

static void
take_second(struct ft_series *series, int fd)
{
    FT_AUTOJSON json_t *message = NULL;
    struct ft_second second;
    int passed = -1;

    if (ft_channel_receive(fd, &message, &passed) < 0 ||
        ft_second_from_json(json_object_get(message, "sample"), &second) < 0 ||
        ft_series_add(series, &second) < 0)
        cannot("the daemon's second");
}

static void
measure_seconds(int64_t *worker, int64_t *daemon)
{
    struct ft_series *series = ft_series_new();
    int ends[2];

    if (!series || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
        cannot("a socket");
    ft_figures_init(&figures, BEGIN);
    *worker = *daemon = 0;
    for (int64_t i = 1; i <= SECONDS; i++) {
        int64_t began, sent;

        fill_second();
        began = ft_load_cpu_ns();
        send_second(BEGIN + i, ends[0]);
        sent = ft_load_cpu_ns();
        take_second(series, ends[1]);
        *worker += sent - began;
        *daemon += ft_load_cpu_ns() - sent;
    }
    *worker /= SECONDS;
    *daemon /= SECONDS;
    ft_series_free(series);
}

int
main(int argc, char **argv)
{
    int64_t epoch, worker, daemon;

    ft_figures_init(&figures, BEGIN);
    ft_epoch_stats_init(&stats, &figures);
    ft_epoch_stats_begin(&stats);
    epoch = measure_epochs();
    measure_seconds(&worker, &daemon);
    if (argc > 1 && !strcmp(argv[1], "--json")) {
        printf("{\"epoch_ns\":%lld,\"worker_second_ns\":%lld,"
               "\"daemon_second_ns\":%lld}\n",
               (long long)epoch, (long long)worker, (long long)daemon);
        return 0;
    }
    printf("an epoch, its worker: %.2f us, %.2f %% of one that takes 1 ms\n",
           (double)epoch / 1e3, (double)epoch / 1e4);
    printf("a second, its worker: %.1f us, %.4f %% of a core\n",
           (double)worker / 1e3, (double)worker / 1e7);
    printf("a second, the daemon: %.1f us, %.4f %% of a core\n",
           (double)daemon / 1e3, (double)daemon / 1e7);
    return 0;
}
