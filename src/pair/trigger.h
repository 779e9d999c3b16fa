/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to take the next checkpoint (design section 4.1). Pure: the caller
 * brings the time and the facts, and gets "now" or "not before T".
 *
 * Threads: plain data; used by the checkpoint thread only.
 * Units: nanoseconds of one monotonic clock, bytes, pages.
 */
#ifndef FT_PAIR_TRIGGER_H
#define FT_PAIR_TRIGGER_H

#include <stdbool.h>
#include <stdint.h>

struct ft_trigger_settings {
    int64_t interval_ns;      /* default 100 ms */
    int64_t idle_interval_ns; /* reached when the guest is nearly clean; 500 ms */
    int64_t min_spacing_ns;   /* between two starts; 1 ms */
    unsigned pause_share_percent; /* cap on paused time, 1 to 100; 50 */
    unsigned cpu_budget_percent;  /* of one core for epochs, 1 to 100; 30 */
    uint64_t disk_bytes_limit; /* staged disk writes that end an epoch; 0 none */
    uint64_t idle_pages;       /* an epoch with at most so many pages is idle */
};

#define FT_TRIGGER_SETTINGS_INIT                                          \
    {                                                                     \
        .interval_ns = INT64_C(100000000),                                \
        .idle_interval_ns = INT64_C(500000000),                           \
        .min_spacing_ns = INT64_C(1000000), .pause_share_percent = 50,    \
        .cpu_budget_percent = 30, .disk_bytes_limit = UINT64_C(16) << 20, \
        .idle_pages = 64                                                  \
    }

#define FT_TRIGGER_NEVER INT64_MAX

/*
 * The host is short of CPU from this part of the time on in which somebody had
 * to wait for it, in percent; from there to 100 the spacing is at least as much
 * of FT_TRIGGER_CROWDED_NS.
 */
#define FT_TRIGGER_PRESSURE 50
#define FT_TRIGGER_CROWDED_NS INT64_C(20000000)

/* The longest that pauses put off the next one. */
#define FT_TRIGGER_SHARE_NS INT64_C(10000000000)

/* Facts of this moment. */
struct ft_trigger_input {
    int64_t now_ns;
    int64_t last_start_ns;   /* when the last checkpoint was asked for */
    int64_t last_pause_ns;   /* for how long */
    int64_t pause_before_ns; /* and the checkpoint before that */
    int64_t epoch_cpu_ns; /* CPU time that an epoch takes of late; 0: unknown */
    double pressure;      /* "some avg10" of /proc/pressure/cpu; 0: unknown */
    int64_t held_since_ns; /* oldest held output; FT_TRIGGER_NEVER: none */
    uint64_t disk_bytes;   /* staged in this epoch */
    uint64_t pages[2];     /* dirty in the last epoch and in the one before */
    bool acknowledged;     /* the previous epoch was */
    bool forced;           /* final epoch: as soon as possible */
    bool asked;            /* verify: as soon as the limits allow it */
};

#define FT_TRIGGER_REASONS(X) \
    X(INTERVAL, "interval")   \
    X(OUTPUT, "output")       \
    X(DISK, "disk")           \
    X(FORCED, "forced")

#define FT_TRIGGER_ENUM_(name, text) FT_TRIGGER_##name,
enum ft_trigger_reason {
    FT_TRIGGER_REASONS(FT_TRIGGER_ENUM_) FT_TRIGGER_REASON_COUNT
};
#undef FT_TRIGGER_ENUM_

struct ft_trigger_answer {
    bool now;      /* take a checkpoint now */
    int64_t at_ns; /* else: ask again then, or when a fact changes;
                                   FT_TRIGGER_NEVER: only when a fact changes */
    enum ft_trigger_reason reason;
};

/*
 * The rules, strongest first:
 *  - never while the previous epoch is not acknowledged (bounded memory), and
 *    never before last_start + min_spacing (also when forced);
 *  - forced: at that instant;
 *  - never before the pause share allows it: last_pause * 100 / share after
 *    last_start, nor the CPU budget: epoch_cpu * 100 / budget after it, nor the
 *    spacing that the pressure asks for; but none of these delays by more than
 *    idle_interval (one long pause must not stop protection), unless the last
 *    two pauses were both long: the share of the shorter one is kept, by at most
 *    FT_TRIGGER_SHARE_NS;
 *  - held output, disk_bytes >= limit or asked: at that instant;
 *  - else at last_start + interval, or + idle_interval when both last epochs
 *    had at most idle_pages pages (half way between when only the last had).
 * Settings out of range are treated as the nearest sane value.
 */
struct ft_trigger_answer ft_trigger_decide(
    const struct ft_trigger_settings *settings,
    const struct ft_trigger_input *input);

/* "interval", "output", ...; "?" when out of range. */
const char *ft_trigger_reason_name(enum ft_trigger_reason value);

#endif
