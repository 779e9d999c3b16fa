/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast a VM's disks and memory are copied: no faster than the administrator
 * allows, and slower while the guest's own requests to its disks take long. Pure: the
 * caller brings the time and the facts. Epochs are not asked here.
 *
 * Threads: plain data of the thread that copies; all zero is a copy that may go at any
 * rate. Units: bytes, bytes a second, nanoseconds of one monotonic clock.
 */
#ifndef FT_PAIR_COPY_RATE_H
#define FT_PAIR_COPY_RATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A guest's requests take long when they take longer than this on the average, and
 * longer than twice what they usually do. Fewer requests in a second say nothing.
 */
#define FT_COPY_LONG_NS INT64_C(10000000)
#define FT_COPY_REQUESTS 4

/* It gives way down to this part of its fastest second, and to no less than that. */
#define FT_COPY_GIVES_WAY 8
#define FT_COPY_LEAST (UINT64_C(1) << 20)

struct ft_copy_rate {
    uint64_t top; /* of its fastest second so far */
    uint64_t way; /* what it has gone down to for the guest; 0: it has not */
};

/* What the last second showed. */
struct ft_copy_second {
    uint64_t copied; /* bytes that were brought, without zeros */
    int64_t guest_ns; /* mean time of the guest's requests; -1: it made too few */
    int64_t usual_ns; /* the same before the copy; 0: not known */
};

/*
 * Once a second: goes down by a quarter while the guest's requests take long, and up
 * by as much when they do not, until it is as fast as it ever was.
 */
void ft_copy_rate_look(struct ft_copy_rate *rate,
                       const struct ft_copy_second *second);

/*
 * Bytes a second that it may go at now, by most, what is allowed (0: any); 0: any.
 * for_guest, if not NULL: whether the guest is why.
 */
uint64_t ft_copy_rate_limit(const struct ft_copy_rate *rate, uint64_t most,
                            bool *for_guest);

/*
 * A token bucket: what was sent is owed, and paid by the time that passes. What is
 * saved up while nothing is sent is 50 ms' worth at most.
 */
struct ft_copy_tokens {
    int64_t at_ns;
    uint64_t rate; /* of the time since then; 0: any */
    double owed;   /* bytes; less than 0: saved up */
};

/* bytes were sent. */
void ft_copy_tokens_take(struct ft_copy_tokens *tokens, int64_t now_ns,
                         uint64_t bytes);

/*
 * How many ns nothing is to be sent, at this rate from now on (0: any); to be asked
 * again when the rate changes.
 */
int64_t ft_copy_tokens_wait(struct ft_copy_tokens *tokens, int64_t now_ns,
                            uint64_t rate);

#endif
