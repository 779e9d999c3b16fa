/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is measured of a pair, each metric once: its name wherever it is told
 * (control protocol, topology.db, --json), its unit, which side measures it,
 * whether its minutes and hours are kept as well. Pure.
 *
 * A bucket sums up what was measured in one second; a number from a peer is
 * taken only where it is finite and not negative.
 *
 * Threads: plain data of the caller.
 */
#ifndef FT_PAIR_METRICS_H
#define FT_PAIR_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* Name here, name outside, unit, side, kept long, meaning. */
#define FT_METRICS(X)                                                          \
    /* the phases of an epoch, one value each; the first six add up to it */   \
    X(WAIT, "wait_ms", "ms", PRIMARY, false,                                   \
      "from an epoch's end on the wire until the next one was asked for")      \
    X(STOP, "stop_ms", "ms", PRIMARY, false, "from asking until the VM stood") \
    X(SCAN, "scan_ms", "ms", PRIMARY, false, "finding the dirty pages")        \
    X(COPY, "copy_ms", "ms", PRIMARY, false, "copying them")                   \
    X(STATE, "state_ms", "ms", PRIMARY, false,                                 \
      "saving the devices, and sending pages, until the VM ran again")         \
    X(SHIP, "ship_ms", "ms", PRIMARY, false,                                   \
      "from there until all else was with the link, too, and what was sent "   \
      "behind the VM")                                                         \
    X(EPOCH, "epoch_ms", "ms", PRIMARY, false,                                 \
      "from the end of one epoch on the wire to that of the next")             \
    /* what they amount to */                                                  \
    X(ACK, "ack_ms", "ms", PRIMARY, false,                                     \
      "from all handed to the link to the acknowledgement")                    \
    X(PAUSE, "pause_ms", "ms", PRIMARY, true, "how long the VM stood")         \
    X(COMMIT, "commit_ms", "ms", PRIMARY, true,                                \
      "from the VM's stop to the acknowledgement")                             \
    X(LAG, "lag_ms", "ms", PRIMARY, true,                                      \
      "age of the newest acknowledged state when the next one replaced it")    \
    X(DIRTY, "dirty_bytes", "B", PRIMARY, true, "dirty memory an epoch")       \
    X(BY_OUTPUT, "by_output", "1", PRIMARY, false,                             \
      "epochs that held output asked for")                                     \
    X(BY_INTERVAL, "by_interval", "1", PRIMARY, false,                         \
      "epochs that the interval asked for")                                    \
    X(BY_DISK, "by_disk", "1", PRIMARY, false,                                 \
      "epochs that staged disk writes asked for")                              \
    X(BY_COMMAND, "by_command", "1", PRIMARY, false,                           \
      "epochs that a command asked for")                                       \
    X(HELD_PACKETS, "held_packets", "1", PRIMARY, true,                        \
      "packets of the guest held when an epoch was acknowledged")              \
    X(HELD_BYTES, "held_bytes", "B", PRIMARY, false, "and their bytes")        \
    X(HELD_AGE, "held_ms", "ms", PRIMARY, false,                               \
      "age of the oldest one, where there was one")                            \
    /* looked at once a second */                                              \
    X(CPU, "cpu_ms", "ms", BOTH, true, "CPU time of the worker in a second")   \
    X(BLOCKED, "blocked_ms", "ms", PRIMARY, false,                             \
      "sending waited for the link, in a second")                              \
    X(RTT, "rtt_ms", "ms", BOTH, true, "round trip of the link in use")        \
    X(LINK, "link_bytes", "B", PRIMARY, true,                                  \
      "bytes that went over the link in a second")                             \
    X(CLOCK_LAG, "clock_lag_ms", "ms", PRIMARY, false,                         \
      "how far the guest's clocks are behind")                                 \
    /* the standby */                                                          \
    X(APPLY, "apply_ms", "ms", STANDBY, true,                                  \
      "applying an epoch that was acknowledged")                               \
    X(STAGED, "staged_bytes", "B", STANDBY, false,                             \
      "bytes received of an epoch when it was whole")                          \
    X(REPLICA_LAG, "replica_lag_ms", "ms", STANDBY, true,                      \
      "age of the newest applied state when the next one replaced it")

#define FT_METRIC_ENUM_(name, ...) FT_METRIC_##name,
enum ft_metric { FT_METRICS(FT_METRIC_ENUM_) FT_METRIC_COUNT };
#undef FT_METRIC_ENUM_

enum ft_metric_side {
    FT_METRIC_PRIMARY,
    FT_METRIC_STANDBY,
    FT_METRIC_BOTH,
};

struct ft_metric_info {
    const char *name;
    const char *unit; /* "ms", "B", "1" (a count) */
    const char *meaning;
    enum ft_metric_side side;
    bool kept_long; /* also as minutes and hours */
};

struct ft_bucket {
    uint32_t count; /* 0: nothing was measured, the rest is 0 */
    float min, max;
    double sum;
};

/* Everything of one second. */
struct ft_second {
    int64_t at; /* seconds of CLOCK_REALTIME since 1970 */
    struct ft_bucket metrics[FT_METRIC_COUNT];
};

/* NULL when out of range. */
const struct ft_metric_info *ft_metric_info(enum ft_metric metric);

/* FT_METRIC_COUNT when there is none of this name. */
enum ft_metric ft_metric_by_name(const char *name);

/*
 * No value is larger, whatever a host says: it fits into a float, and so do sums of
 * all that is kept.
 */
#define FT_METRIC_MAX 1e15

/* Adds one value, FT_METRIC_MAX at most; ignored unless it is finite and not negative. */
void ft_bucket_add(struct ft_bucket *bucket, double value);

/* 0 when nothing was measured. */
double ft_bucket_mean(const struct ft_bucket *bucket);

/*
 * {"at": S, "m": {NAME: [min, mean, max, count], ...}}, only what was measured;
 * NULL without memory. The other way: 0, or -EBADMSG for what is not of this
 * form, or larger than FT_METRIC_MAX; names that are not known are left out.
 */
json_t *ft_second_to_json(const struct ft_second *second);
int ft_second_from_json(const json_t *json, struct ft_second *second);

#endif
