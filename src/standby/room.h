/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The room that a replica's writes need in its file system: what is acknowledged
 * must be able to be written. Reserved once, for all of the disk, where the file
 * system keeps what it gave; elsewhere looked at, and some is left to others.
 *
 * Any thread. A text says nothing that changes while the cause is the same; the
 * figures are in the hint. Fault points: replica-reserve (ENOSPC, when all is
 * taken), replica-room (any: there is none).
 */
#ifndef FT_STANDBY_ROOM_H
#define FT_STANDBY_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A file and its file system, in bytes. */
struct ft_room_seen {
    uint64_t capacity, allocated; /* of the file: when it is full, and now */
    uint64_t total, available;    /* of the file system */
};

/* Whether the rest of the file fits, and the edge is left (limits.h). Pure. */
bool ft_room_for_rest(const struct ft_room_seen *seen);

/* What is known of a replica's room. Zeroed: nothing, and it is looked at. */
struct ft_room {
    bool reserved; /* nobody takes it away, as long as no hole is made */
    bool punches;  /* not reserved, and zeros need none: holes can be made */
};

/*
 * Sees to room for all of the replica at path, open as fd. -ENOSPC when there is
 * not enough, and then nothing was taken; or another error.
 */
int ft_room_take(int fd, const char *path, uint64_t capacity,
                 struct ft_room *room, struct ft_error *err);

/* Whether bytes can be written now to a replica that is not reserved; -ENOSPC. */
int ft_room_look(int fd, const char *path, uint64_t bytes, struct ft_error *err);

#endif
