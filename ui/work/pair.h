/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pair a VM's name means: what the hosts say now, else the database. The
 * store's thread.
 */
#ifndef FT_UI_WORK_PAIR_H
#define FT_UI_WORK_PAIR_H

#include "protect/protect.h"
#include "ui/work/fleet.h"

struct ft_work_pair {
    struct ft_store_pair pair; /* owns the strings of ref: do not move */
    struct ft_pair_ref ref;
    bool live; /* some host said so now */
};

/*
 * Asks all hosts of the fleet for their status. vm is a name, a VM's uuid or a
 * pair's. -ENOENT when nobody knows such a pair; the hosts that did not answer
 * (fleet->errors) may be why.
 */
int ft_work_pair_find(struct ft_work_fleet *fleet, const char *vm,
                      struct ft_work_pair *found, struct ft_error *err);

/* STATUS of all pairs by the members' last answers, merged: a new array. */
json_t *ft_work_pairs(const struct ft_work_fleet *fleet);

/* Appends the brief STATUS of every pair that only the database knows. */
int ft_work_pairs_add_stored(struct ft_store *store, json_t *pairs,
                             struct ft_error *err);

#endif
