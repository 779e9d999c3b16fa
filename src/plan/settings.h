/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of a pair: their bounds, what they mean for a client, and JSON
 * ("settings" of PAIR in ft-protocol(7)). Pure.
 */
#ifndef FT_PLAN_SETTINGS_H
#define FT_PLAN_SETTINGS_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"

#define FT_SETTINGS_TEXT 121 /* bytes: FT_CONSOLE_PATTERN_MAX and its end */

/* Bounds of each are in ft_settings_check; all times in ms. */
struct ft_pair_settings {
    int silence_ms;
    int commit_timeout_ms; /* the guest waits no longer for an epoch */
    int interval_ms;
    int idle_interval_ms;
    int min_spacing_ms;
    int pause_share_percent;
    int cpu_budget_percent; /* of one core, by the primary's worker */
    int max_rate_mib;       /* of a copy, MiB a second; 0: any */
    int rehearse_days;      /* the copy is tried out so often; 0: never */
    bool alone_without_witness;
    int rehearse_agent; /* 1: its guest agent has to answer then */
    char rehearse_console[FT_SETTINGS_TEXT]; /* has to be shown then; or empty */
};

#define FT_PAIR_SETTINGS_INIT                              \
    {                                                      \
        200, 1000, 100, 500, 1, 50, 30, 0, 0, false, 0, "" \
    }

/*
 * For how long the guest's output waits for an epoch that is not committed,
 * before it goes on alone; at most less than what else ends such an epoch, a
 * checkpoint that fails after 5 s and the restart of its worker after 8.
 */
#define FT_SETTINGS_COMMIT_MIN 200
#define FT_SETTINGS_COMMIT_MAX 5000

/*
 * From an epoch's stop until output may leave, in ms, for a guest that changes
 * little: what of a client's latency is not spacing (tests/bench).
 */
#define FT_SETTINGS_EPOCH_MS 4
#define FT_SETTINGS_LATENCY_MIN (FT_SETTINGS_EPOCH_MS + 1)
#define FT_SETTINGS_LATENCY_MAX (FT_SETTINGS_EPOCH_MS + 1000)

/* The highest max_rate_mib: 1 TiB a second. */
#define FT_SETTINGS_RATE_MAX (1 << 20)

/* -EINVAL names the setting and its bounds. */
int ft_settings_check(const struct ft_pair_settings *settings,
                      struct ft_error *err);

/*
 * How much later an answer comes than without protection, at most and as a
 * rule, in ms. A budget or share that is used up makes it later still.
 */
int ft_settings_latency(const struct ft_pair_settings *settings);

/*
 * The other way: sets the spacing so that this is latency_ms, between the two
 * bounds above, and lengthens the intervals where they would be shorter.
 */
void ft_settings_set_latency(struct ft_pair_settings *settings, int latency_ms);

/*
 * Sets the silence, and for the commit what goes with it: a host that may be
 * silent for so long is not left sooner.
 */
void ft_settings_set_silence(struct ft_pair_settings *settings, int silence_ms);

/*
 * A max_rate_mib as people write it: "100M" or "2G", MiB or GiB a second, or "none".
 * -EINVAL: it is none of these, or out of bounds.
 */
int ft_settings_parse_rate(const char *text, int *mib);

/* A new object; NULL without memory. */
json_t *ft_settings_to_json(const struct ft_pair_settings *settings);

/* Members that are there and of their type; the others stay. */
void ft_settings_from_json(struct ft_pair_settings *settings,
                           const json_t *json);

/*
 * Those of after that differ from before and that an engine changes in a
 * running pair ("pair-settings"): a new object, empty when there are none; NULL
 * without memory.
 */
json_t *ft_settings_changes(const struct ft_pair_settings *before,
                            const struct ft_pair_settings *after);

#endif
