/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a link carries, by what it brought in seconds in which its senders waited for it:
 * nothing is sent to find out, and a link that nobody waits for is fast enough. The best
 * second counts, for in the others it may have been the peer that was slow. Pure.
 */
#ifndef FT_WORKER_CARRIED_H
#define FT_WORKER_CARRIED_H

#include <stdint.h>

#define FT_CARRIED_SECONDS 5 /* of waiting, at least, within the last windows */
#define FT_CARRIED_WINDOW_NS INT64_C(300000000000)

struct ft_carried_window {
    int64_t began_ns;
    unsigned seconds; /* looks between which senders waited nearly all the time */
    double bytes_per_s; /* the best of them */
};

struct ft_carried { /* zero bytes: a link that has just come up */
    int64_t at_ns, blocked_ns;
    uint64_t brought;
    struct ft_carried_window now, before;
};

/*
 * A look at now_ns, CLOCK_MONOTONIC: bytes that have come to the peer's host, and the
 * time that senders have waited for the socket, ns; both since the link came up. About
 * once a second.
 */
void ft_carried_look(struct ft_carried *carried, uint64_t brought,
                     int64_t blocked_ns, int64_t now_ns);

/* Bytes a second; 0: it is not known. */
double ft_carried_rate(const struct ft_carried *carried);

#endif
