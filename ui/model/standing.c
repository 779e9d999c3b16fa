/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/standing.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "plan/plan.h"

/* A daemon speaks for a worker that does not run (yet). */
static const struct {
    const char *text;
    enum ft_ownership_reason reason;
} daemons_reasons[] = {
    { "the worker is being started", FT_REASON_STARTING },
    { "the engine gave up on this VM", FT_REASON_GAVE_UP },
};

bool
ft_is_fresh(double age_s)
{
    return age_s * 1000 <= FT_STALE_MS;
}

const json_t *
ft_side_of(const json_t *status, const char *key)
{
    const char *host = ft_json_string(status, key, NULL);
    const json_t *side;
    size_t index;

    json_array_foreach(json_object_get(status, "sides"), index, side)
        if (host && !strcmp(ft_json_string(side, "host", ""), host))
            return side;
    return NULL;
}

bool
ft_side_is_fresh(const json_t *side)
{
    const json_t *age = json_object_get(side, "age_s");

    return json_is_number(age) && ft_is_fresh(json_number_value(age));
}

enum ft_pair_state
ft_said_state(const json_t *status)
{
    const char *word = ft_json_string(status, "state", "");
    unsigned i = 0;

    while (i < FT_PAIR_STATE_COUNT && strcmp(ft_pair_state_name(i), word) != 0)
        i++;
    return i;
}

static bool
says(const char *text, const char *reason)
{
    size_t length = strlen(reason);

    return !strncmp(text, reason, length) &&
           (!text[length] ||
            !strncmp(text + length, FT_LAST_TIME, sizeof(FT_LAST_TIME) - 1));
}

enum ft_ownership_reason
ft_said_reason(const json_t *status)
{
    const char *text = ft_json_string(status, "reason", "");
    unsigned i = 0;

    for (size_t k = 0; k < FT_ARRAY_SIZE(daemons_reasons); k++)
        if (!strcmp(daemons_reasons[k].text, text))
            return daemons_reasons[k].reason;
    while (i < FT_REASON_COUNT && !says(text, ft_ownership_reason_text(i)))
        i++;
    return i;
}

/* As src/engine/board.c says it; by the second one it is to come back later. */
bool
ft_standby_leaves(const json_t *status)
{
    const json_t *side = ft_side_of(status, "standby");
    const char *reason = ft_json_string(side, "reason", "");

    return ft_side_is_fresh(side) &&
           (!strcmp(reason, "this host is shutting down: no copy waits on it") ||
            !strcmp(reason,
                    "this host is under maintenance: no copy waits on it"));
}

const char *
ft_standing(const json_t *status, bool heard, bool at_risk)
{
    if (!heard)
        return "unknown";
    return at_risk ? "at risk" : ft_json_string(status, "state", "unknown");
}

const char ft_choice_best[] = FT_PLAN_BEST;

bool
ft_row_has_lost_standby(const json_t *row)
{
    return !strcmp(ft_json_string(row, "standing", ""), "alone") &&
           !ft_json_bool(row, "standby_live", 1);
}
