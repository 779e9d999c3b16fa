/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts are let go of without waiting for those that are silent: their threads
 * (src/remote/hub.h) are waited for by another one.
 *
 * Ownership: ft_work_partings_close waits for all and frees; what the fleets
 * refer to (struct ft_work) outlives it. Threads: all by one.
 */
#ifndef FT_UI_WORK_PARTING_H
#define FT_UI_WORK_PARTING_H

#include <stdbool.h>

#include "remote/hub.h"
#include "ui/work/fleet.h"

#define FT_WORK_PARTINGS_MAX 4 /* at a time */

struct ft_work_parting;

struct ft_work_partings {
    struct ft_work_parting *list[FT_WORK_PARTINGS_MAX]; /* NULL: free */
};

/* Room for one more? Forgets those that are over. */
bool ft_work_partings_have_room(struct ft_work_partings *partings);

/*
 * Takes over hub (NULL: none) and all of the fleet, which is zero afterwards.
 * Waits only where there is no room, or no thread to be had.
 */
void ft_work_part(struct ft_work_partings *partings, struct ft_hub *hub,
                  struct ft_work_fleet *fleet);

void ft_work_partings_close(struct ft_work_partings *partings);

#endif
