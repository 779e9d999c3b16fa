/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest's clock lacks: the arithmetic. Pure.
 *
 * A clock of the guest and one of the host that runs at the same rate make a
 * line: so long after this value of the one, that value of the other is due.
 * What a look finds missing is what stops took. Of that only our own stops
 * count: who looks says for how long at most they can have stopped the VM since
 * the last look, and what is missing beyond was somebody else's stop, which
 * moves the line.
 *
 * Values of both clocks and all lengths are in one unit, of the caller's choice
 * (ns, or ticks of a TSC). They may wrap.
 */
#ifndef FT_QEMU_CLOCK_LINE_H
#define FT_QEMU_CLOCK_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct ft_clock_line { /* zero bytes are one that has not begun */
    bool begun;
    uint64_t guest, host; /* values that belong together */
    uint64_t lacking;     /* by our stops, not given back; at the last look */
};

/* The guest's clock stands at guest, or later, when the host's is at host. */
void ft_clock_line_begin(struct ft_clock_line *line, uint64_t guest,
                         uint64_t host);

/*
 * At host the guest's clock stands at guest. ours: how long our stops can have
 * taken at most since the last look. Returns what the guest lacks by our stops.
 * A clock that is ahead lacks nothing.
 */
uint64_t ft_clock_line_look(struct ft_clock_line *line, uint64_t guest,
                            uint64_t host, uint64_t ours);

/* After the clock was set forward by amount. */
void ft_clock_line_give(struct ft_clock_line *line, uint64_t amount);

#endif
