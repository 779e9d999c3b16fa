/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's disks under test, beside the ledger: the second half of each, 16 MiB at most, is
 * written, zeroed and trimmed at random.
 *
 * Every block's content follows from its place and from when it was last written, which is kept in
 * memory. A block that is lost, torn or older than the guest's memory is therefore found when it is
 * looked at. Thread safe. */
#ifndef FT_GUEST_SCRIBBLE_H
#define FT_GUEST_SCRIBBLE_H

#include <stdint.h>

struct scribble_status {
    uint64_t written, zeroed,
        trimmed; /* blocks of 4096 bytes since the first rate was set */
    uint64_t kept; /* of those trimmed: read afterwards as what they were before */
    uint64_t wrong;  /* blocks found with wrong content */
    uint64_t errors; /* of the disks */
};

/* Sets how many runs of blocks are written, zeroed or trimmed a second; 0: none, and none is under
 * way when this returns. The first rate zeroes what is used of the disks. Returns 0, or -1: no
 * thread, or no disk. */
int scribble_set_rate(double rate);

/* Reads all that is used of the disks, past every cache, and counts what is wrong. */
void scribble_verify(void);

void scribble_get_status(struct scribble_status *status);

#endif
