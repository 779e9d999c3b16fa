/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether what failed on a member is tried again, and the wait before.
 */
#include "config.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "protect/fleet.h"

#define SLICE_MS 50 /* how soon an interrupt is noticed */

void
ft_fleet_set_watch(struct ft_fleet *fleet, const struct ft_fleet_watch *watch)
{
    static const struct ft_fleet_watch nobody;

    fleet->watch = watch != NULL ? *watch : nobody;
}

static bool
is_interrupted(const struct ft_fleet *fleet)
{
    return fleet->watch.interrupted != NULL &&
           fleet->watch.interrupted(fleet->watch.data) != 0;
}

static void
tell(const struct ft_fleet *fleet, const struct ft_member *member, int wait_ms,
     const struct ft_error *why)
{
    char text[sizeof(why->text) + FT_NAME_SIZE + 64];

    snprintf(text, sizeof(text), "%s: tried again in %.2g s: %s", member->name,
             wait_ms / 1000.0, why->text);
    ft_trace_note(&fleet->trace, member->name, text);
    if (fleet->watch.again != NULL)
        fleet->watch.again(fleet->watch.data, text);
}

bool
ft_member_again(const struct ft_fleet *fleet, struct ft_member *member,
                int64_t began_ns, const struct ft_error *why)
{
    int wait =
        ft_again_after(&member->again, ft_reach_of(why), began_ns, ft_clock_ns(),
                       FT_MAX(fleet->ssh.connect_timeout_ms, FT_AGAIN_MS));

    if (wait < 0 || is_interrupted(fleet))
        return false;
    tell(fleet, member, wait, why);
    for (; wait > 0; wait -= SLICE_MS) {
        ft_clock_sleep(FT_MIN(wait, SLICE_MS) * FT_NS_PER_MS);
        if (is_interrupted(fleet))
            return false;
    }
    return true;
}
