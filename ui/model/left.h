/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long copying still takes, as a range: what the last half a minute shows
 * when its faster half goes on, and when its slower half does. Pure.
 *
 * Threads: plain data of the caller; all zero is nothing seen yet.
 */
#ifndef FT_UI_MODEL_LEFT_H
#define FT_UI_MODEL_LEFT_H

#include <stdbool.h>
#include <stdint.h>

#include "pair/spread.h"

struct ft_left {
    struct ft_spread spread;
    uint64_t done, total; /* bytes, the newest */
};

/*
 * What was done at this time (CLOCK_MONOTONIC). A point within a second of the
 * one before is not kept, but is the newest. Work that grows, or is done over,
 * counts as no progress.
 */
void ft_left_add(struct ft_left *left, int64_t now_ns, uint64_t done,
                 uint64_t total);

/*
 * Seconds from ... to. False, and both -1, when nothing can be said yet. *to is
 * -1 too when the slower half stood still: at least *from then.
 */
bool ft_left_range(const struct ft_left *left, int64_t *from, int64_t *to);

/*
 * The same for so many bytes, of work whose slower and faster halves (ft_spread_halves)
 * somebody else has seen, in bytes a second.
 */
bool ft_left_between(double bytes, double slower, double faster, int64_t *from,
                     int64_t *to);

/* Bytes a second over all that was seen, for those who are not told; 0: not known. */
uint64_t ft_left_rate(const struct ft_left *left);

/*
 * Such a range for people: "9 s", "9 to 20 s", "0:50 to 2:30 min", "over 9 s";
 * "" when it is not known. out needs 48 bytes.
 */
void ft_left_text(int64_t from, int64_t to, char out[48]);

#endif
