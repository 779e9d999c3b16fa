/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link that was too slow for the guest once: how long it is left alone before
 * the copy is made anew, and what it must carry before the guest's output waits
 * for it again. Pure; plain data, zeroed at the begin; the caller locks.
 *
 * After each fall comes a rest, which doubles; then the copy is made, while
 * output is free; then rounds like epochs, that nothing waits for, until the
 * link has carried some in a row in good time. When it does not that is a fall,
 * too, which has held nobody.
 *
 * Units: nanoseconds of one monotonic clock.
 */
#ifndef FT_PAIR_SLOW_LINK_H
#define FT_PAIR_SLOW_LINK_H

#include <stdint.h>

/* The rest after the first fall in a row, and the longest. */
#define FT_SLOW_LINK_REST_NS INT64_C(5000000000)
#define FT_SLOW_LINK_REST_MAX_NS INT64_C(600000000000)

/* Whom a link has carried for that long fell for another reason. */
#define FT_SLOW_LINK_FORGET_NS INT64_C(600000000000)

/* Rounds in a row that prove it; bad ones in all, the first are catching up. */
#define FT_SLOW_LINK_GOOD_ROUNDS 3
#define FT_SLOW_LINK_BAD_ROUNDS 4

struct ft_slow_link {
    unsigned falls;     /* in a row */
    unsigned good, bad; /* rounds since the copy was made */
    int64_t proven_ns;  /* when it last was; 0: never */
};

enum ft_slow_link_verdict {
    FT_SLOW_LINK_AGAIN, /* another round */
    FT_SLOW_LINK_CARRIES,
    FT_SLOW_LINK_FAILS, /* a fall */
};

/* An epoch was not committed for the link's sake, or the rounds failed. */
void ft_slow_link_fell(struct ft_slow_link *link, int64_t now_ns);

/* How long to wait before the copy is made anew; 0: it never fell. */
int64_t ft_slow_link_rest(const struct ft_slow_link *link);

/* The copy was made: no round yet. CARRIES where the link never fell. */
enum ft_slow_link_verdict ft_slow_link_begin(struct ft_slow_link *link);

/*
 * A round was so long on its way, until the peer's host had all of it; it is good
 * within half the time that the guest would wait for such an epoch (stall.h).
 */
enum ft_slow_link_verdict ft_slow_link_round(struct ft_slow_link *link,
                                             int64_t took_ns,
                                             int64_t patience_ns,
                                             int64_t now_ns);

#endif
