/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From round trips between the hosts of a pair to the silence after which one of
 * them may be suspected: a network that keeps its packets waiting must not look
 * like a host that died. Pure.
 */
#ifndef FT_PLAN_JITTER_H
#define FT_PLAN_JITTER_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/findings.h"
#include "plan/settings.h"

#define FT_TRIPS_MAX 64
#define FT_TRIPS_LEAST 8 /* answers; from fewer nothing follows */

/* What was measured, from host to host (`ftengine trips`). */
struct ft_trips {
    unsigned sent;
    unsigned count;   /* that were answered */
    unsigned refused; /* of these, by a refusal */
    uint32_t us[FT_TRIPS_MAX];
    char error[80]; /* why there is no way to it; empty: there may be */
    /* echoes as large as the NIC there takes: that size in bytes (0: not known, for
     * none was answered, nor a small one), how many were sent and answered */
    int mtu, full_sent, full;
};

/* Never less than the default is proposed, nor more than one would wait for. */
#define FT_SILENCE_LEAST_MS 200
#define FT_SILENCE_MOST_MS 2000

struct ft_jitter {
    uint32_t least_us, most_us;
    unsigned lost;
    int needed_ms;  /* the silence by the rule below, 60 s at most */
    int silence_ms; /* proposed: the same within the bounds above */
};

/*
 * The primary doubts after three quarters of the silence, and beats come a sixth
 * of it apart (ft-states(7)): what is left in between, 7/12 of it, must hold four
 * times the spread that so few samples show, and where packets got lost TCP's
 * wait before it sends one anew (RFC 6298: 200 ms in Linux, or the trip and four
 * times its spread), three times that where one in ten was lost. -ENODATA: too
 * few answers.
 */
int ft_jitter_judge(const struct ft_trips *trips, struct ft_jitter *jitter);

/* {"round_trip_min_ms","round_trip_max_ms","lost","silence_ms"}; new or NULL. */
json_t *ft_jitter_to_json(const struct ft_jitter *jitter);

/*
 * What `ftengine trips` printed, {"sent","refused","us":[...],"error"}; -EPROTO.
 * What is too much is left out.
 */
int ft_trips_from_json(const json_t *json, struct ft_trips *trips);

/* As that reads it; a new reference or NULL. */
json_t *ft_trips_to_json(const struct ft_trips *trips);

/*
 * Adds the finding link.jitter about hosts of these names, a warning where the
 * silence is too short for what was measured; sets that of settings to the
 * proposed one before, unless the administrator has named his. Nothing where trips
 * are NULL or too few. 0 or -ENOMEM.
 */
int ft_jitter_apply(const struct ft_trips *trips, const char *primary,
                    const char *standby, bool named,
                    struct ft_pair_settings *settings,
                    struct ft_findings *findings);

#endif
