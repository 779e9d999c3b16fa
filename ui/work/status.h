/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How pairs and hosts are now, by their own words and by the database. The
 * store's thread.
 */
#ifndef FT_UI_WORK_STATUS_H
#define FT_UI_WORK_STATUS_H

#include "ui/model/live.h"
#include "ui/work/fleet.h"

struct ft_work_status {
    struct ft_live live;
    json_t *pairs;   /* rows of ft_live_pair_rows */
    json_t *hosts;   /* rows of ft_live_host_rows, in the fleet's order */
    size_t answered; /* hosts */
};

/*
 * Asks all hosts at once and keeps what they say. Pairs that no host reports
 * come from the database with their age. status is to be freed always.
 */
int ft_work_status(struct ft_work_fleet *fleet, struct ft_work_status *status,
                   struct ft_error *err);

/*
 * Rows of ft_vm_rows, a new array or NULL: asks the hosts that answered for
 * their VMs; those of others are as they were seen last.
 */
json_t *ft_work_status_vms(struct ft_work_fleet *fleet,
                           struct ft_work_status *status);

/* Asks the hosts that answered for their clocks, and makes hosts anew. */
int ft_work_status_clocks(struct ft_work_fleet *fleet,
                          struct ft_work_status *status, struct ft_error *err);

void ft_work_status_free(struct ft_work_status *status);

/*
 * Leaves only the pair of this VM (name, uuid, or the pair's uuid) in pairs,
 * or none: -ENODATA the VM is known and not protected, -ENOENT it is unknown.
 */
int ft_work_status_select(const struct ft_work *work, json_t *pairs,
                          const char *vm, struct ft_error *err);

#endif
