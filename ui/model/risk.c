/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/risk.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

#define WORD_(name, word, meaning) word,
static const char *const words[] = { FT_RISKS(WORD_) };

const char *
ft_risk_word(enum ft_risk risk)
{
    return (unsigned)risk < FT_RISK_COUNT ? words[risk] : "";
}

enum ft_risk
ft_risk_by_word(const char *word)
{
    for (unsigned i = FT_RISK_NONE + 1; word && i < FT_RISK_COUNT; i++)
        if (!strcmp(words[i], word))
            return i;
    return FT_RISK_NONE;
}

static double
number(const json_t *status, const char *key)
{
    return json_number_value(json_object_get(status, key));
}

/* Whether a side misses the witness: the one that is left could not win. */
static bool
misses_witness(const json_t *status)
{
    const json_t *side;
    size_t index;

    if (!*ft_json_string(status, "witness", ""))
        return false;
    if (json_is_false(json_object_get(status, "witness_reachable")))
        return true;
    json_array_foreach(json_object_get(status, "sides"), index, side)
        if (json_is_false(json_object_get(side, "witness_reachable")))
            return true;
    return false;
}

/* By the last look of either side. */
static bool
witness_is_full(const json_t *status)
{
    const json_t *side;
    size_t index;

    json_array_foreach(json_object_get(status, "sides"), index, side)
        if (ft_json_bool(side, "witness_full", 0))
            return true;
    return ft_json_bool(status, "witness_full", 0);
}

/*
 * One of several that is down, or the one that the link goes by, where a new link could
 * not. A path of which nothing is known yet is not, and
 * one that never answered is none: an engine of before that word does not say.
 */
static const json_t *
path_down(const json_t *status)
{
    const json_t *path, *down = NULL;
    size_t index, count = 0;

    json_array_foreach(json_object_get(status, "paths"), index, path) {
        if (ft_json_bool(path, "in_use", 0) &&
            json_is_false(json_object_get(path, "connects")))
            return path;
        if (!ft_json_bool(path, "answered", 1))
            continue;
        count++;
        if (!down && json_is_false(json_object_get(path, "up")))
            down = path;
    }
    return count > 1 ? down : NULL;
}

/* What fails, or could not be told; what only warns is no risk. */
static bool
has_drifted(const json_t *status)
{
    const char *verdict =
        ft_json_string(json_object_get(status, "drift"), "verdict", "");

    return !strcmp(verdict, "fail") || !strcmp(verdict, "unknown");
}

/* The worst finding comes first. */
static void
drift_text(const json_t *status, char *out, size_t size)
{
    const json_t *findings =
        json_object_get(json_object_get(status, "drift"), "findings");
    const json_t *worst = json_array_get(findings, 0);

    snprintf(out, size, "%.250s (%.40s)",
             ft_json_string(worst, "evidence", "the standby is unfit"),
             ft_json_string(worst, "id", "?"));
}

bool
ft_clocks_lag(const json_t *status)
{
    const char *clock = ft_json_string(status, "guest_clock", "");
    int owed = !strcmp(clock, "kept") || !strcmp(clock, "searching");

    return !json_is_object(json_object_get(status, "stands")) &&
           number(status, "clock_lag_ms") >
               (owed ? FT_CLOCK_OWED_WARN_MS : FT_CLOCK_LAG_WARN_MS);
}

enum ft_risk
ft_pair_risk(const json_t *status)
{
    if (strcmp(ft_json_string(status, "state", ""), "protected") != 0)
        return FT_RISK_NONE;
    if (json_is_object(json_object_get(status, "stalled")))
        return FT_RISK_STALLED;
    if (json_is_object(json_object_get(status, "problem")))
        return FT_RISK_STANDBY;
    if (has_drifted(status))
        return FT_RISK_DRIFT;
    if (misses_witness(status))
        return FT_RISK_WITNESS;
    if (witness_is_full(status))
        return FT_RISK_FULL;
    if (ft_json_bool(status, "witness_older", 0))
        return FT_RISK_FORGOT;
    if (number(status, "lag_ms") > FT_LAG_WARN_MS)
        return FT_RISK_LAG;
    if (path_down(status))
        return FT_RISK_PATH;
    if (json_is_string(json_object_get(status, "changed")))
        return FT_RISK_CHANGED;
    return ft_clocks_lag(status) ? FT_RISK_CLOCK : FT_RISK_NONE;
}

void
ft_risk_text(enum ft_risk risk, const json_t *status, char *out, size_t size)
{
    *out = '\0';
    if (risk == FT_RISK_STALLED)
        snprintf(out, size, "%.200s",
                 ft_json_string(json_object_get(status, "stalled"), "text",
                                "no commit"));
    else if (risk == FT_RISK_STANDBY)
        snprintf(out, size, "%.200s",
                 ft_json_string(json_object_get(status, "problem"), "text",
                                "the standby is unfit"));
    else if (risk == FT_RISK_DRIFT)
        drift_text(status, out, size);
    else if (risk == FT_RISK_WITNESS)
        snprintf(out, size, "the witness %.64s does not answer",
                 ft_json_string(status, "witness", "?"));
    else if (risk == FT_RISK_FULL)
        snprintf(out, size, "the disk of the witness %.64s is full",
                 ft_json_string(status, "witness", "?"));
    else if (risk == FT_RISK_FORGOT)
        snprintf(out, size, "the witness %.64s was set back",
                 ft_json_string(status, "witness", "?"));
    else if (risk == FT_RISK_LAG)
        snprintf(out, size, "the copy is %.0f s old",
                 number(status, "lag_ms") / 1000);
    else if (risk == FT_RISK_PATH)
        snprintf(out, size,
                 ft_json_bool(path_down(status), "in_use", 0)
                     ? "no new connection is let in at %.64s"
                     : "the path to %.64s is down",
                 ft_json_string(path_down(status), "peer", "the other host"));
    else if (risk == FT_RISK_CHANGED)
        snprintf(out, size, "a takeover would undo a change: %.200s",
                 ft_json_string(status, "changed", "?"));
    else if (risk == FT_RISK_CLOCK)
        snprintf(out, size, "the guest's clocks are %.0f ms behind",
                 number(status, "clock_lag_ms"));
}
