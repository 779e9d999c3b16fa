/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The place of the one snapshot that a replica may have (replica-snapshot.h): the
 * replica's owner shows it every epoch before it is applied, so that what is
 * overwritten is kept. Without a snapshot that costs a lock that nobody else has.
 *
 * Threads: applying is the replica owner's; the rest is any thread's. A NULL slot
 * is one that is always empty.
 */
#ifndef FT_STANDBY_SNAPSHOT_SLOT_H
#define FT_STANDBY_SNAPSHOT_SLOT_H

#include <stdbool.h>

#include "disk/disk-log.h"
#include "disk/disk-snapshot.h"
#include "standby/memory-snapshot.h"
#include "standby/staged-pages.h"

struct ft_snapshot_slot;

struct ft_snapshot_slot *ft_snapshot_slot_new(void);
void ft_snapshot_slot_free(struct ft_snapshot_slot *slot);

/*
 * Around whatever changes the replica or what is known of it; nobody takes a
 * snapshot between them.
 */
void ft_snapshot_slot_lock(struct ft_snapshot_slot *slot);
void ft_snapshot_slot_unlock(struct ft_snapshot_slot *slot);

/* Locked: this will be written to the replica's disks and memory now. */
void ft_snapshot_slot_keep(struct ft_snapshot_slot *slot,
                           const struct ft_disk_log *log,
                           const struct ft_staged_pages *pages);

/* Whether it is kept now, so that who applies an epoch does that later. */
bool ft_snapshot_slot_keeps(struct ft_snapshot_slot *slot);

/*
 * Locked: puts one in, with references of the slot's own; memory may be NULL.
 * -EBUSY: there is one.
 */
int ft_snapshot_slot_put(struct ft_snapshot_slot *slot,
                         struct ft_disk_snapshot *disks,
                         struct ft_memory_snapshot *memory,
                         struct ft_error *err);

/* Whether there is one now; its taker may be about to empty it. */
bool ft_snapshot_slot_is_taken(struct ft_snapshot_slot *slot);

/* Its taker's: empties it, if that is in it. */
void ft_snapshot_slot_take_out(struct ft_snapshot_slot *slot,
                               struct ft_disk_snapshot *disks);

/*
 * Ends what is in it and empties it, at once: it waits for no epoch, and for no
 * file to get smaller.
 */
void ft_snapshot_slot_end(struct ft_snapshot_slot *slot,
                          const struct ft_error *why);

/* The same, of one with memory only. */
void ft_snapshot_slot_end_memory(struct ft_snapshot_slot *slot,
                                 const struct ft_error *why);

/* The same of any. True: there was one, and its room is free now. */
bool ft_snapshot_slot_give_way(struct ft_snapshot_slot *slot,
                               const struct ft_error *why);

#endif
