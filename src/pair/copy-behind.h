/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An epoch with many pages: the VM does not stand while they are sent. It goes
 * on, they are sent behind it, and it is stopped again for those that it wrote
 * meanwhile; unless that was tried often or long enough. Pure.
 */
#ifndef FT_PAIR_COPY_BEHIND_H
#define FT_PAIR_COPY_BEHIND_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Pages of one epoch kept in memory, in bytes: so many are copied while the VM
 * stands, in some ten milliseconds. More are sent behind it.
 */
#define FT_EPOCH_BUFFER (UINT64_C(64) << 20)

/*
 * So often. A guest that writes the same pages as fast as they are sent is not
 * caught up with by trying, and each try is sent, and kept by the standby.
 */
#define FT_COPY_BEHIND_TRIES 2

struct ft_copy_behind { /* zero bytes: an epoch that begins */
    unsigned tries;     /* so many were made */
    int64_t until_ns;   /* none goes on after this; set by the first */
};

/*
 * At a stop, with bytes of pages to send: whether the VM is to go on while they
 * are sent. now_ns: CLOCK_MONOTONIC. patience_ns: how long what the guest sends
 * waits for an epoch before that is called a stall (stall.h).
 */
bool ft_copy_behind_tries(struct ft_copy_behind *behind, uint64_t bytes,
                          int64_t now_ns, int64_t patience_ns);

#endif
