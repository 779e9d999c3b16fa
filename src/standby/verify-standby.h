/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The standby's half of a full comparison (verify-wire.h). Receiver thread;
 * the check keeps its counts from the first frame to the last.
 */
#ifndef FT_STANDBY_VERIFY_STANDBY_H
#define FT_STANDBY_VERIFY_STANDBY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "link/link.h"
#include "standby/replica.h"

struct ft_verify_check {
    uint64_t ram_pages, ram_different;
    uint64_t disk_bytes, disk_different; /* in units of 64 KiB, as bytes */
    char first[128];                     /* the first difference, for people */
    unsigned vcpus; /* of the waiting VM; set before the last frame, and ... */
    char spoilt[512]; /* ... what is wrong with it or its files; or empty */
};

/* Whether it is the last frame. */
bool ft_verify_ends(const struct ft_frame *frame);

/*
 * Takes one VERIFY frame; answers at the last one. 0, or -EPROTO and the like:
 * then the link has to end.
 */
int ft_verify_standby(struct ft_verify_check *check, struct ft_replica *replica,
                      struct ft_link *link, const struct ft_frame *frame,
                      struct ft_error *err);

#endif
