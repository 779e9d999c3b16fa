/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live state (ui/model/live.h), kept: every host of a fleet is followed
 * (the verb watch; an engine that does not know it, or has too many followers,
 * is asked for its status once a second), and what is heard is put into the
 * database, once a second at most.
 *
 * Threads: the hub's (src/remote/hub.h) hear the hosts and put their words in a
 * queue; everything here is called by one thread, the store's, which takes them
 * out. It may wait for the descriptor together with others, a terminal's say.
 * Ownership: ft_work_live_open and ft_work_live_close; the fleet outlives it.
 */
#ifndef FT_UI_WORK_LIVE_H
#define FT_UI_WORK_LIVE_H

#include "ui/model/live.h"
#include "ui/model/recent.h"
#include "ui/work/fleet.h"

struct ft_work_live;

struct ft_work_live_wish {
    int rate_ms;      /* figures this often, 100 to 60000 */
    unsigned seconds; /* so many of the past too, at most 600: for charts */
};

/* Begins to follow all hosts of the fleet; nobody is waited for. */
int ft_work_live_open(struct ft_work_fleet *fleet,
                      const struct ft_work_live_wish *wish,
                      struct ft_work_live **live, struct ft_error *err);

/*
 * Writes what waits for the database. Waits for silent hosts as ft_hub_close
 * does. NULL is a no-op.
 */
void ft_work_live_close(struct ft_work_live *live);

/*
 * Follows the hosts that the database has now: new ones beside the others, whose
 * streams go on; those that are gone, or reached otherwise, are let go of
 * without waiting. After an error it is to be called again.
 */
int ft_work_live_look_for_hosts(struct ft_work_live *live, struct ft_error *err);

/* Readable when there is something to take. */
int ft_work_live_descriptor(const struct ft_work_live *live);

/*
 * Takes what has come, waiting timeout_ms at most for the first. To be called
 * every second at least, for hosts that must be asked and for the database.
 * Returns how much came; 0 also after a signal.
 */
size_t ft_work_live_take(struct ft_work_live *live, int timeout_ms);

/* Hosts that were given up are tried now, whatever failed before. */
void ft_work_live_retry(struct ft_work_live *live);

/*
 * Does something stand otherwise since this was asked last? Figures and ages
 * are always others.
 */
bool ft_work_live_turned(struct ft_work_live *live);

/* Has every host answered, or been given up, since the beginning? */
bool ft_work_live_is_complete(const struct ft_work_live *live);

/* All that is known as of now; borrowed, until the next take. */
const struct ft_live *ft_work_live_state(struct ft_work_live *live);

/* Rows as of now (ui/model/live-rows.h): new, NULL without memory. */
json_t *ft_work_live_pairs(struct ft_work_live *live);
json_t *ft_work_live_hosts(struct ft_work_live *live);
/* pairs: rows of ft_work_live_pairs. */
json_t *ft_work_live_vms(struct ft_work_live *live, const json_t *pairs);

/* What was measured since it is open, and before if wished; lives as long. */
const struct ft_recent *ft_work_live_recent(const struct ft_work_live *live);

#endif
