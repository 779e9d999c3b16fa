/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/pace.h"

#include "base/cleanup.h"

/* As base/clock.h has them; that reads clocks, and nothing here may. */
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define TURNED_NS (250 * NS_PER_MS)
#define FIGURES_NS NS_PER_S
#define FIGURES_MOST_NS (5 * NS_PER_S)
#define COST_SHARE 400
#define DRAW_NS (100 * NS_PER_MS)
#define DRAW_SLOWLY_NS (500 * NS_PER_MS)
#define SLOW_BAUD 19200
#define SLOW_WRITE_NS (50 * NS_PER_MS) /* what a screen takes at 460,800 */

int64_t
ft_pace_picture_ns(bool turned, int64_t cost_ns)
{
    if (turned)
        return TURNED_NS;
    if (cost_ns >= FIGURES_MOST_NS / COST_SHARE)
        return FIGURES_MOST_NS;
    return FT_MAX(cost_ns * COST_SHARE, FIGURES_NS);
}

int64_t
ft_pace_draw_ns(unsigned baud, int64_t write_ns)
{
    bool slow = (baud && baud <= SLOW_BAUD) || write_ns >= SLOW_WRITE_NS;

    return slow ? DRAW_SLOWLY_NS : DRAW_NS;
}
