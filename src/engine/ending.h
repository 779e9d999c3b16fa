/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a worker ends, by the word it says before, and when one that has said none is
 * started again. Pure; times in ns of one clock.
 */
#ifndef FT_ENGINE_ENDING_H
#define FT_ENGINE_ENDING_H

#include <stdbool.h>
#include <stdint.h>

enum ft_ending {
    FT_ENDING_CRASH,   /* nothing is announced */
    FT_ENDING_AGAIN,   /* the next one is to begin at once */
    FT_ENDING_REMOVED, /* the pair is no more */
    FT_ENDING_GAVE_UP, /* its VM goes on unprotected: it rests until it is asked for */
    FT_ENDING_DRAINED, /* its copy is ended: the same */
};

/* why: of a worker's "bye". */
enum ft_ending ft_ending_of(const char *why);

/* True: no worker follows by itself. */
bool ft_ending_rests(enum ft_ending ending);

/* Zero: there was none. */
struct ft_crashes {
    int64_t since_ns; /* when the counting began */
    unsigned n;
};

/*
 * One more, and after how many ms the next worker starts. True: there were too many
 * within a minute, and the next one is to give up.
 */
bool ft_crashes_add(struct ft_crashes *crashes, int64_t now_ns, int *again_ms);

#endif
