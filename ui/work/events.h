/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts' event logs: collected into the database, listed from there, and
 * followed. One lock makes the threads of the hosts take turns at the database
 * and at the listener.
 */
#ifndef FT_UI_WORK_EVENTS_H
#define FT_UI_WORK_EVENTS_H

#include "ui/work/fleet.h"

/*
 * Brings what the hosts have and the database has not; returns how many hosts
 * answered, fleet->errors says why the others did not.
 */
size_t ft_work_events_collect(struct ft_work_fleet *fleet);

/*
 * The newest limit events of the database that fit the query, oldest first, as
 * rows of ft_event_row: *rows is a new array.
 */
int ft_work_events_list(const struct ft_work *work,
                        const struct ft_store_event_query *query, size_t limit,
                        json_t **rows, struct ft_error *err);

/* Called one at a time, by any thread, until ft_work_events_follow returns. */
struct ft_work_listener {
    void (*event)(void *data, const json_t *row);
    /* A host cannot be followed now; said once until it is back. */
    void (*trouble)(void *data, const struct ft_error *err);
    void *data;
};

/*
 * Follows all hosts from the last known event on, storing what they tell, and
 * again those that went away, until work->interrupted; at once without hosts.
 */
void ft_work_events_follow(struct ft_work_fleet *fleet,
                           const struct ft_work_listener *listener);

#endif
