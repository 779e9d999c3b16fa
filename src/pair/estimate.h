/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What protection would cost a VM, from what was measured of it unprotected
 * (measured.h): its epochs are played through with the rules by which the engine
 * begins them (trigger.h, copy-behind.h). Pure; plain data.
 *
 * What cannot be measured without a stop is taken from pairs that were measured
 * (tests/bench/README, "Estimates"): what a stop takes besides finding and copying
 * pages, and what an epoch takes of the processor. So every figure has a range.
 */
#ifndef FT_PAIR_ESTIMATE_H
#define FT_PAIR_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "pair/measured.h"
#include "pair/trigger.h"

/* name, word of JSON, title, unit */
#define FT_ESTIMATES(X)                                       \
    X(PAUSE_P50, "pause_p50", "pause p50", "ms")              \
    X(PAUSE_P99, "pause_p99", "pause p99", "ms")              \
    X(PAUSED, "paused", "paused in all", "%")                 \
    X(EPOCHS, "epochs", "epochs", "/s")                       \
    X(DIRTY, "dirty", "memory written per epoch", "B")        \
    X(LINK, "link", "link to the standby", "B/s")             \
    X(LATENCY_P50, "latency_p50", "added latency p50", "ms")  \
    X(LATENCY_P99, "latency_p99", "added latency p99", "ms")  \
    X(MEMORY, "standby_memory", "memory on the standby", "B") \
    X(FIRST_SYNC, "first_sync", "first sync", "s")

#define FT_ESTIMATE_ENUM_(name, word, title, unit) FT_ESTIMATE_##name,
enum ft_estimate_figure { FT_ESTIMATES(FT_ESTIMATE_ENUM_) FT_ESTIMATE_COUNT };
#undef FT_ESTIMATE_ENUM_

struct ft_estimate_input {
    const struct ft_measurement *measured;
    struct ft_trigger_settings trigger;
    double link_bytes_per_s; /* what the network carries; 0: not known */
    double copy_bytes_per_s; /* that the first copy may take of it; 0: all */
    double round_trip_ms;    /* between the hosts; 0: not known */
    uint64_t engine_memory;  /* that the standby is to have besides the VM's */
};

/* In the unit of the table; least <= value <= most, all finite, none below 0. */
struct ft_estimate_range {
    double value, least, most;
};

struct ft_estimate {
    struct ft_estimate_range figures[FT_ESTIMATE_COUNT];
    bool link_is_full; /* epochs wait for the network: the guest writes more */
    bool sends;        /* the guest sent something: its epochs follow that */
};

void ft_estimate(const struct ft_estimate_input *input, struct ft_estimate *out);

/* "pause_p50", "pause p50", "ms"; "?" when out of range. Static. */
const char *ft_estimate_word(enum ft_estimate_figure figure);
const char *ft_estimate_title(enum ft_estimate_figure figure);
const char *ft_estimate_unit(enum ft_estimate_figure figure);

#endif
