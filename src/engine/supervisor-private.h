/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Within the supervisor: a pair's worker. Loop thread only. */
#ifndef FT_ENGINE_SUPERVISOR_PRIVATE_H
#define FT_ENGINE_SUPERVISOR_PRIVATE_H

#include "engine/board.h"
#include "engine/child.h"
#include "engine/ending.h"
#include "engine/followers.h"
#include "engine/life.h"
#include "engine/owed.h"
#include "engine/supervisor.h"

struct ft_supervised {
    char pair[37], vm[128];
    struct ft_child child;
    int channel, channel_watch;
    int restart_timer;
    struct ft_life life;
    enum ft_ending ending; /* what its "bye" announced */
    struct ft_crashes crashes;
    int give_up;  /* the next worker is to open the gate */
    bool primary; /* by its last status */
    bool older;   /* its program is not ours: it outlived an upgrade */
    struct ft_board_pair *board; /* what is known of the pair */
    json_t *waiting;             /* a request for a worker that starts */
    struct ft_owed owed;         /* of those that it has, but for a removal */
    json_t *farewell;            /* the answer to a removal, for its end */
    struct ft_request removal;   /* who asked for one; it may end by itself */
};

/* ---- its life ---- */

/* Of slot below FT_PAIRS_MAX; NULL: free. */
struct ft_supervised *ft_supervised_at(size_t slot);

/* NULL: none of that pair. */
struct ft_supervised *ft_supervised_find(const char *pair);

/* Of a stored pair, not started. NULL: no room, or no memory. */
struct ft_supervised *ft_supervised_new(const char *pair);

/* It is asked for: is started, unless it runs, and does not rest. */
void ft_supervised_wake(struct ft_supervised *w);

/* ---- what is said ---- */

/* The first message of a worker that has connected; takes fd. */
void ft_supervised_adopt(int fd, const json_t *message);

/* All that it has said by now; opaque is the worker. */
void ft_supervised_hear(int fd, void *opaque);

/* A request, to a worker that listens; steals message. -EBUSY, -errno. */
int ft_supervised_hand_over(struct ft_supervised *w, json_t *message);

void ft_supervised_hang_up(struct ft_supervised *w);

#endif
