/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/clock-line.h"

void
ft_clock_line_begin(struct ft_clock_line *line, uint64_t guest, uint64_t host)
{
    *line = (struct ft_clock_line){ true, guest, host, 0 };
}

uint64_t
ft_clock_line_look(struct ft_clock_line *line, uint64_t guest, uint64_t host,
                   uint64_t ours)
{
    uint64_t most = line->lacking + ours;
    int64_t missing = (int64_t)(line->guest + (host - line->host) - guest);

    if (missing < 0) {
        line->guest += (uint64_t)-missing;
        line->lacking = 0;
    } else if ((uint64_t)missing > most) {
        line->guest -= (uint64_t)missing - most;
        line->lacking = most;
    } else {
        line->lacking = (uint64_t)missing;
    }
    return line->lacking;
}

void
ft_clock_line_give(struct ft_clock_line *line, uint64_t amount)
{
    line->lacking -= amount < line->lacking ? amount : line->lacking;
}
