/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make up protect.h; not for others.
 */
#ifndef FT_PROTECT_PRIVATE_H
#define FT_PROTECT_PRIVATE_H

#include "plan/connections.h"
#include "protect/protect.h"

/* Removing a pair waits for the mirror to end and the replica to be deleted. */
#define FT_PAIR_REMOVE_MS 120000
#define FT_PAIR_FORGET_MS 15000

bool ft_progress_interrupted(const struct ft_progress *progress);
void ft_progress_note(const struct ft_progress *progress, const char *text);

/*
 * pair-remove on a host, and then waits until its engine has really forgotten
 * the pair: it answers while the worker still cleans up, and a pair-set in
 * between would be lost. An unknown pair is no error. runs_on is the host that
 * has the VM, NULL: not known. *said, a new reference, is its answer; both may
 * be NULL.
 */
int ft_remove_pair(struct ft_fleet *fleet, struct ft_member *member,
                   const char *pair, const char *runs_on, json_t **said,
                   struct ft_error *err);

/*
 * Asks every host but the VM's own, which libvirt runs on and facts are known
 * of, for the files that the VM uses (plan/host-files.h), into those facts. What
 * cannot be asked stays unknown. -ENOMEM.
 */
int ft_protect_look_at_files(struct ft_fleet *fleet,
                             const struct ft_inventory *inventory,
                             const char *vm, struct ft_error *err);

/*
 * Tries the connections of the pair that these choices make, for the plan, into
 * connections and the inventory; none where a check fails, and untried where a host
 * cannot be asked. Takes half a second, a second more for each that is not answered.
 */
void ft_protect_measure(struct ft_fleet *fleet, struct ft_inventory *inventory,
                        const struct ft_plan_choices *choices,
                        struct ft_connection connections[FT_CONNECTIONS_MAX]);

/*
 * Whether the engine whose status of the pair this is goes on no more: it failed,
 * or protects nothing. Not while its worker starts, however long that takes.
 */
bool ft_sync_gave_up(const json_t *status);

/*
 * Polls the primary until the pair's state is "protected". -EINTR when the user
 * wants out, -EIO when the engine gave up, -ETIMEDOUT when the two engines do
 * not find each other, -ENOENT when the pair vanished, or what the connection
 * to the primary says after some patience.
 */
int ft_follow_sync(struct ft_fleet *fleet, const struct ft_plan *plan,
                   struct ft_member *primary,
                   const struct ft_progress *progress, struct ft_error *err);

#endif
