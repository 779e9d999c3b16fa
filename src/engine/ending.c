/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/ending.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define CRASHES_MAX 6 /* within CRASH_WINDOW_NS: give up */
#define CRASH_WINDOW_NS (60 * FT_NS_PER_S)

enum ft_ending
ft_ending_of(const char *why)
{
    static const char *const words[] = {
        [FT_ENDING_CRASH] = "",          [FT_ENDING_AGAIN] = "role",
        [FT_ENDING_REMOVED] = "removed", [FT_ENDING_GAVE_UP] = "gave-up",
        [FT_ENDING_DRAINED] = "drained",
    };

    for (unsigned i = 0; i < FT_ARRAY_SIZE(words); i++)
        if (!strcmp(why, words[i]))
            return i;
    return FT_ENDING_CRASH;
}

bool
ft_ending_rests(enum ft_ending ending)
{
    return ending == FT_ENDING_GAVE_UP || ending == FT_ENDING_DRAINED;
}

bool
ft_crashes_add(struct ft_crashes *crashes, int64_t now_ns, int *again_ms)
{
    bool too_many;

    if (now_ns - crashes->since_ns > CRASH_WINDOW_NS)
        *crashes = (struct ft_crashes){ .since_ns = now_ns };
    too_many = ++crashes->n >= CRASHES_MAX;
    *again_ms = crashes->n == 1 ? 1 : too_many ? 2000 : 200 * (int)crashes->n;
    return too_many;
}
