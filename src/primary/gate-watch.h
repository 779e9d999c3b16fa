/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be told of a closed gate, and when it holds no more, from one look at
 * its figures after another. Pure; the struct is the caller's, all zero at first.
 */
#ifndef FT_PRIMARY_GATE_WATCH_H
#define FT_PRIMARY_GATE_WATCH_H

#include <stdint.h>

#include "gate/gate-types.h"

struct ft_gate_watch {
    unsigned looks; /* it was broken in so many, one after the other */
    uint64_t repairs;
    int64_t repaired_ns;
    char others[FT_GATE_OTHERS_SIZE];
};

enum ft_gate_news {
    FT_GATE_NEWS_REPAIRED = 1, /* at most once a minute */
    FT_GATE_NEWS_OTHERS =
        2, /* stats->others has no effect; once for each text */
    FT_GATE_NEWS_BROKEN = 4,   /* in three looks: what is laid again is not */
    FT_GATE_NEWS_BYPASSED = 8, /* at once: that does not mend itself */
};

/*
 * Returns the news, or-ed; BROKEN and BYPASSED once until it is whole again. stats
 * NULL: nothing is held, so that nothing can be wrong. now_ns: any clock's.
 */
unsigned ft_gate_watch_look(struct ft_gate_watch *watch,
                            const struct ft_gate_stats *stats, int64_t now_ns);

#endif
