/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long to wait before a copy that came to nothing is made again. The second
 * time in a row comes at once; then the pauses double. Pure; plain data, zeroed
 * at the begin; the caller locks.
 *
 * Units: nanoseconds of one monotonic clock.
 */
#ifndef FT_PAIR_RETRY_H
#define FT_PAIR_RETRY_H

#include <stdint.h>

#define FT_RETRY_FIRST_NS INT64_C(1000000000)
/* The longest pause: where the copy was good meanwhile, and where it was not. */
#define FT_RETRY_GOOD_MAX_NS INT64_C(8000000000)
#define FT_RETRY_MAX_NS INT64_C(30000000000)
/* A copy that was good for so long fails for another reason. */
#define FT_RETRY_FORGET_NS INT64_C(10000000000)

struct ft_retry {
    unsigned failures; /* in a row */
    int64_t good_ns;   /* since when the copy is good; 0: it is not */
    int64_t until_ns;  /* not to be made again before */
};

/* The copy can take over from now on. */
void ft_retry_good(struct ft_retry *retry, int64_t now_ns);

/* It cannot any more, or was not made: by a fault, not by a link that went. */
void ft_retry_failed(struct ft_retry *retry, int64_t now_ns);

#endif
