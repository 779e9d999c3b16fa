/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a worker lives, by what it said last and how long ago. One that is
 * silent hangs, and is ended; but not one that has said what it is at: it waits
 * for the disk that takes its record, or is taking the VM over, and all that the
 * next worker would need is in it alone. Pure; times in ns of one clock.
 */
#ifndef FT_ENGINE_LIFE_H
#define FT_ENGINE_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct ft_life {
    int64_t spoke_ns; /* when it was heard last */
    bool persists, takes_over;
    bool told; /* its slow disk, this time */
};

enum ft_life_sign {
    FT_LIFE_FINE,
    FT_LIFE_HANGS,     /* it is to be ended */
    FT_LIFE_SLOW_DISK, /* has waited for it for seconds; said once */
};

/* A process begins, or its daemon could not listen: nothing is held against it. */
void ft_life_begin(struct ft_life *life, int64_t now_ns);

/* It sent this. */
void ft_life_heard(struct ft_life *life, int64_t now_ns, const json_t *message);

enum ft_life_sign ft_life_judge(struct ft_life *life, int64_t now_ns);

#endif
