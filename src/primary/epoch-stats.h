/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a primary knows about its epochs: rate, pauses, lag, sizes; for STATUS.
 * Threads: any; one lock inside. Times in ns of CLOCK_MONOTONIC.
 */
#ifndef FT_PRIMARY_EPOCH_STATS_H
#define FT_PRIMARY_EPOCH_STATS_H

#include <pthread.h>
#include <stdint.h>

#include <jansson.h>

#include "pair/histogram.h"

#define FT_EPOCH_STATS_RECENT 64

struct ft_epoch_stats {
    pthread_mutex_t lock;
    struct ft_histogram pause;
    struct ft_histogram commit;            /* VM stopped until acknowledged */
    int64_t window_began;                  /* of the histograms */
    int64_t starts[FT_EPOCH_STATS_RECENT]; /* ring of the last stops */
    uint64_t count;                        /* epochs ever */
    uint64_t last_epoch, acked_epoch;
    int64_t last_stop, acked_stop; /* when those stopped the VM */
    double dirty_bytes;            /* moving average an epoch */
    uint64_t dirty_total, pages_total, zero_pages_total;
    uint64_t link_bytes, disk_bytes, buffer_bytes;
    const char *phase; /* "disk", "memory" or NULL */
    uint64_t done, total;
    int64_t phase_began;
};

void ft_epoch_stats_init(struct ft_epoch_stats *stats);

/* A checkpoint is done: the VM stood from stop_ns for pause_ns. */
void ft_epoch_stats_add(struct ft_epoch_stats *stats, uint64_t epoch,
                        int64_t stop_ns, int64_t pause_ns, uint64_t dirty_bytes);

void ft_epoch_stats_acked(struct ft_epoch_stats *stats, uint64_t epoch,
                          int64_t now);

void ft_epoch_stats_pages(struct ft_epoch_stats *stats, uint64_t data,
                          uint64_t zero);

/*
 * What the link in use has carried so far, in bytes: everything but TLS's own,
 * and the disk writes in it. buffer_bytes: allocated for an epoch's pages.
 */
void ft_epoch_stats_traffic(struct ft_epoch_stats *stats, uint64_t link_bytes,
                            uint64_t disk_bytes, uint64_t buffer_bytes);

/* Progress of the first copy; phase is a static string, NULL: done. */
void ft_epoch_stats_progress(struct ft_epoch_stats *stats, const char *phase,
                             uint64_t done, uint64_t total);

/* Adds the members of STATUS that come from here. */
void ft_epoch_stats_report(struct ft_epoch_stats *stats, json_t *status);

#endif
