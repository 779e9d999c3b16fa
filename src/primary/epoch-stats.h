/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a primary knows about its epochs: phases, rate, pauses, lag, sizes; for
 * STATUS and for the figures of each second.
 * Threads: any; one lock inside. Times in ns of CLOCK_MONOTONIC.
 */
#ifndef FT_PRIMARY_EPOCH_STATS_H
#define FT_PRIMARY_EPOCH_STATS_H

#include <pthread.h>
#include <stdint.h>

#include <jansson.h>

#include "pair/histogram.h"
#include "pair/spread.h"
#include "pair/trigger.h"
#include "worker/figures.h"

#define FT_EPOCH_STATS_RECENT 64

/* Of one epoch, each at or after the one before it. */
struct ft_epoch_moments {
    int64_t before; /* the last epoch was with the link; 0: none was */
    int64_t behind; /* so long pages were sent behind the VM; a time, not a moment */
    int64_t asked;   /* the (last) stop was asked for */
    int64_t stood;   /* the VM stood */
    int64_t scanned; /* the pages to send were known */
    int64_t copied;  /* and copied */
    int64_t ran;     /* the VM ran again */
    int64_t shipped; /* all was handed to the link */
};

struct ft_epoch_stats {
    pthread_mutex_t lock;
    struct ft_figures *figures; /* borrowed */
    struct ft_histogram pause;
    struct ft_histogram commit;            /* VM stopped until acknowledged */
    int64_t window_began;                  /* of the histograms */
    int64_t starts[FT_EPOCH_STATS_RECENT]; /* ring of the last stops */
    uint64_t count;                        /* epochs ever */
    uint64_t last_epoch, acked_epoch;
    int64_t last_stop, acked_stop; /* when those stopped the VM; 0: none */
    uint64_t shipped_epoch;
    int64_t shipped;    /* when that one was handed to the link */
    double dirty_bytes; /* moving average an epoch */
    uint64_t dirty_total, pages_total, zero_pages_total;
    uint64_t behind; /* stops whose pages were sent while the VM ran */
    uint64_t link_bytes, disk_bytes, buffer_bytes, state_bytes;
    const char *phase; /* "disk", "memory" or NULL */
    uint64_t done, total;
    int64_t phase_began;
    struct ft_spread spread; /* of that phase */
};

/* figures also get what is measured here, and must outlive stats. */
void ft_epoch_stats_init(struct ft_epoch_stats *stats,
                         struct ft_figures *figures);

/* Another standby, or the same one anew: epochs begin at 1 again. */
void ft_epoch_stats_begin(struct ft_epoch_stats *stats);

/* A checkpoint is done: the VM stood from stop_ns for pause_ns. */
void ft_epoch_stats_add(struct ft_epoch_stats *stats, uint64_t epoch,
                        int64_t stop_ns, int64_t pause_ns, uint64_t dirty_bytes);

/*
 * The VM stood for pause_ns only to find bytes of pages, which are sent while it
 * runs, as part of the epoch to come (copy-behind.h).
 */
void ft_epoch_stats_behind(struct ft_epoch_stats *stats, int64_t pause_ns,
                           uint64_t bytes);

/*
 * The epoch is with the link. Phases count for an epoch that follows another
 * one (before), so that they add up.
 */
void ft_epoch_stats_shipped(struct ft_epoch_stats *stats, uint64_t epoch,
                            const struct ft_epoch_moments *moments,
                            enum ft_trigger_reason reason);

void ft_epoch_stats_acked(struct ft_epoch_stats *stats, uint64_t epoch,
                          int64_t now);

void ft_epoch_stats_pages(struct ft_epoch_stats *stats, uint64_t data,
                          uint64_t zero);

/*
 * What the link in use has carried so far, in bytes: everything but TLS's own,
 * and the disk writes in it. buffer_bytes: allocated for an epoch's pages;
 * state_bytes: of the devices' state.
 */
void ft_epoch_stats_traffic(struct ft_epoch_stats *stats, uint64_t link_bytes,
                            uint64_t disk_bytes, uint64_t buffer_bytes,
                            uint64_t state_bytes);

/* Progress of the first copy; phase is a static string, NULL: done. */
void ft_epoch_stats_progress(struct ft_epoch_stats *stats, const char *phase,
                             uint64_t done, uint64_t total);

/*
 * Adds the members of STATUS that come from here. covered: the standby could
 * take over; else what it may have is of no use, and has no age.
 */
void ft_epoch_stats_report(struct ft_epoch_stats *stats, bool covered,
                           json_t *status);

#endif
