/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's clocks under test: read in a tight loop for a while, they must never step back.
 *
 * The loop runs only when nothing else wants the processor (SCHED_IDLE), so that it does not stand
 * in the ledger's way. Thread safe. */
#ifndef FT_GUEST_CLOCKS_H
#define FT_GUEST_CLOCKS_H

#include <stdint.h>

enum clocks_kind {
    CLOCKS_MONOTONIC,
    CLOCKS_RAW,
    CLOCKS_BOOT,
    CLOCKS_REAL,
    CLOCKS_COUNT
};

struct clocks_status {
    uint64_t watched_ns;         /* for so long, by CLOCK_MONOTONIC_RAW */
    uint64_t back[CLOCKS_COUNT]; /* readings below the one before */
    int64_t jump_ns[CLOCKS_COUNT]; /* the largest step between two readings, never below 0 */
    char source[32]; /* the kernel's clock source: tsc, hpet, ... */
};

/* "monotonic", "raw", "boot", "real". */
const char *clocks_name(enum clocks_kind kind);

/* Begins anew and watches for so many seconds; 0 ends a watch and keeps its figures. Returns 0, or
 * -1: there is no thread to be had. */
int clocks_watch(unsigned seconds);

/* Of the watch that runs, or of the last one. */
void clocks_get_status(struct clocks_status *status);

#endif
