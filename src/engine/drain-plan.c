/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/drain-plan.h"

#include <string.h>

#include "base/json.h"
#include "pair/ownership.h"

enum ft_drain
ft_drain_judge(const json_t *status, const char **why)
{
    const char *role = ft_json_string(status, "role", "");
    const char *state = ft_json_string(status, "state", "");

    *why = NULL;
    if (!strcmp(role, ft_role_name(FT_ROLE_STANDBY)))
        return FT_DRAIN_COPY;
    if (!strcmp(state, ft_pair_state_name(FT_PAIR_PROTECTED)))
        return FT_DRAIN_HAND_OVER;
    *why = ft_json_string(status, "reason", "");
    if (!**why)
        *why = *state ? state : "its worker does not run";
    return FT_DRAIN_STAYS;
}
