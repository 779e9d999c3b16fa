/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hosts said just now, kept in the database for the next time. The
 * store's thread; everything is the caller's.
 */
#ifndef FT_UI_WORK_REMEMBER_H
#define FT_UI_WORK_REMEMBER_H

#include "ui/work/fleet.h"

struct ft_plan;

/*
 * Stores what is known of a member now: the host, its facts, and all below,
 * in one transaction. Fills what host did not know. Nothing without facts. An
 * error of FT_REACH_LIBVIRT_REFUSED for a host that is known as one with VMs
 * and whose libvirt does not answer: what is known of it stays.
 */
int ft_work_remember(struct ft_store *store, struct ft_store_host *host,
                     const struct ft_member *member, struct ft_error *err);

/*
 * The same for every member that answered, until one cannot be stored. A libvirt
 * that does not answer is that member's error (fleet->errors) afterwards.
 */
int ft_work_remember_all(struct ft_work_fleet *fleet, struct ft_error *err);

/*
 * Takes over a pair that another administrator made, or that an older database
 * forgot; nothing when it is there. The journal hangs on the pair.
 */
int ft_work_adopt(struct ft_store *store, const struct ft_store_pair *found,
                  struct ft_error *err);

/*
 * Keeps by the way what was seen for a plan: its hosts, what was measured of the networks
 * between them, and of the standby's pools. What cannot be written is left out, and is no
 * host's error; nothing of hosts that a file told of.
 */
void ft_work_remember_plan(struct ft_work_fleet *fleet,
                           const struct ft_plan *plan);

/* Keeps a STATUS, and adopts its pair. */
int ft_work_remember_status(struct ft_store *store, const json_t *status,
                            struct ft_error *err);

#endif
