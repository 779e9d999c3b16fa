/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/gate-watch.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define BROKEN_LOOKS 3 /* a plug is laid again at once, a NIC goes for good */
#define REPAIRS_TOLD_NS (60 * FT_NS_PER_S)

/* Those that came too soon after the last ones are told later. */
static unsigned
note_repairs(struct ft_gate_watch *watch, const struct ft_gate_stats *stats,
             int64_t now_ns)
{
    if (stats->repairs < watch->repairs) /* another gate's */
        watch->repairs = 0;
    if (stats->repairs == watch->repairs ||
        (watch->repaired_ns && now_ns - watch->repaired_ns < REPAIRS_TOLD_NS))
        return 0;
    watch->repairs = stats->repairs;
    watch->repaired_ns = now_ns;
    return FT_GATE_NEWS_REPAIRED;
}

static unsigned
note_others(struct ft_gate_watch *watch, const struct ft_gate_stats *stats)
{
    if (stats->broken || stats->bypassed ||
        strcmp(watch->others, stats->others) == 0)
        return 0;
    snprintf(watch->others, sizeof(watch->others), "%s", stats->others);
    return stats->others[0] ? FT_GATE_NEWS_OTHERS : 0;
}

static unsigned
note_broken(struct ft_gate_watch *watch, const struct ft_gate_stats *stats)
{
    if (!stats->broken && !stats->bypassed) {
        watch->looks = 0;
        return 0;
    }
    if (stats->bypassed && watch->looks < BROKEN_LOOKS)
        watch->looks = BROKEN_LOOKS - 1;
    if (++watch->looks != BROKEN_LOOKS)
        return 0;
    return stats->bypassed ? FT_GATE_NEWS_BYPASSED : FT_GATE_NEWS_BROKEN;
}

unsigned
ft_gate_watch_look(struct ft_gate_watch *watch,
                   const struct ft_gate_stats *stats, int64_t now_ns)
{
    if (!stats) {
        watch->looks = 0;
        return 0;
    }
    return note_repairs(watch, stats, now_ns) | note_others(watch, stats) |
           note_broken(watch, stats);
}
