/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/step-kinds.h"

#include <string.h>

static const char *const kind_names[] = {
    [FT_STEP_ENGINE] = "engine",
    [FT_STEP_WITNESS] = "witness",
    [FT_STEP_WITNESS_PAIR] = "witness-pair",
    [FT_STEP_STANDBY] = "standby",
    [FT_STEP_RELEASE] = "release",
    [FT_STEP_PRIMARY] = "primary",
    [FT_STEP_SYNC] = "sync",
};

const char *
ft_step_kind_name(enum ft_step_kind kind)
{
    return (unsigned)kind < FT_STEP_KINDS ? kind_names[kind] : "unknown";
}

enum ft_step_kind
ft_step_kind_called(const char *name)
{
    int kind = 0;

    while (kind < FT_STEP_KINDS && strcmp(kind_names[kind], name) != 0)
        kind++;
    return kind;
}
