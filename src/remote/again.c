/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "remote/again.h"

#include "base/cleanup.h"
#include "base/clock.h"

void
ft_again_reached(struct ft_again *again)
{
    again->reached = true;
    again->breaks += again->tries > 0;
    again->tries = 0;
}

void
ft_again_done(struct ft_again *again, bool engine)
{
    again->reached = true;
    again->heard = again->heard || engine;
    again->tries = again->breaks = 0;
}

static bool
is_transient(const struct ft_again *again, enum ft_reach reach)
{
    switch (reach) {
    case FT_REACH_NAME_UNKNOWN: /* a name server, too, may be away */
    case FT_REACH_NO_ROUTE:
    case FT_REACH_REFUSED:
    case FT_REACH_TIMEOUT:
    case FT_REACH_LOST:
        return again->reached;
    case FT_REACH_ENGINE_REFUSED:
    case FT_REACH_ENGINE_SILENT:
        return again->heard;
    default:
        return false;
    }
}

/* Whether a try that ends so has waited for the host all the time. */
static bool
is_silence(enum ft_reach reach)
{
    return reach == FT_REACH_TIMEOUT || reach == FT_REACH_ENGINE_SILENT;
}

static int64_t
pause_ms(unsigned tries)
{
    return FT_MIN((int64_t)FT_AGAIN_FIRST_MS << FT_MIN(tries, 10u),
                  FT_AGAIN_MOST_MS);
}

int
ft_again_after(struct ft_again *again, enum ft_reach reach, int64_t began_ns,
               int64_t now_ns, int64_t patience_ms)
{
    int64_t wait = pause_ms(again->tries + again->breaks);

    if (!is_transient(again, reach) || again->breaks >= FT_AGAIN_BREAKS)
        return -1;
    if (again->tries == 0)
        again->since_ns = is_silence(reach) ? began_ns : now_ns;
    again->tries++;
    return now_ns + wait * FT_NS_PER_MS - again->since_ns <=
                   patience_ms * FT_NS_PER_MS
               ? (int)wait
               : -1;
}
