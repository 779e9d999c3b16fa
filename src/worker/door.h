/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connections at a worker's door: of nobody knows whom, until their links are
 * made or are none. Each is a thread, so they are few, and one more takes the
 * place of another (link/crowd.h). A crowd that drives out itself does so at a
 * bounded pace, for each costs a handshake.
 *
 * A door has a second descriptor of each, to hang up. Control thread only.
 */
#ifndef FT_WORKER_DOOR_H
#define FT_WORKER_DOOR_H

#include "base/clock.h"
#include "link/crowd.h"

#define FT_DOOR_STRANGERS_MAX 16
/* With those that were hung up on and have not left yet. */
#define FT_DOOR_PLACES (2 * FT_DOOR_STRANGERS_MAX)

struct ft_door {
    struct ft_crowd_place places[FT_DOOR_PLACES];
    int fds[FT_DOOR_PLACES]; /* -1: free */
};

void ft_door_init(struct ft_door *door);

/* How long one stays for one more of its own address, in ns. */
#define FT_DOOR_STAY_NS (100 * FT_NS_PER_MS)

/*
 * The place of fd, which stays the caller's; -1: there is none, try again. now_ns
 * is of CLOCK_MONOTONIC.
 */
int ft_door_enter(struct ft_door *door, int fd, int64_t now_ns);

/* Its connection is a link now, or closed. */
void ft_door_leave(struct ft_door *door, int place);

#endif
