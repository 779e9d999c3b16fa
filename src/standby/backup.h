/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The replica's disks as they were after one committed epoch, for who backs them
 * up: an NBD export of a snapshot, read-only, on a socket of root's. One at a time.
 * It ends when it is told to, with the copy, by a takeover, when more is written
 * over than is kept, and when nobody has read it for FT_BACKUP_IDLE_NS.
 *
 * The guest notices nothing, unless its file systems are frozen for it, by the
 * primary (primary/freeze.c), so that the epoch of that moment can be waited for.
 * Control thread, which neither waits for an epoch that is being applied nor for a
 * client: beginning and ending are done by threads of their own.
 */
#ifndef FT_STANDBY_BACKUP_H
#define FT_STANDBY_BACKUP_H

#include <stdbool.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/error.h"
#include "worker/worker.h"

/* Without a client; one that lost its connection comes back in that time. */
#define FT_BACKUP_IDLE_NS (60 * FT_NS_PER_S)

/* How long the epoch is waited for that has the guest frozen. */
#define FT_BACKUP_FROZEN_NS (3 * FT_NS_PER_S)

/*
 * What is kept of what the guest writes over meanwhile, at most, in bytes; as much
 * as its file system has room for, and never more than the disks have. Knowing where
 * takes up to 128 MiB of memory (chunk-map.h) with disks of that size.
 */
#define FT_BACKUP_KEPT_MAX (UINT64_C(64) << 30)

struct ft_standby_backup;
struct ft_standby;

/* NULL: no memory. */
struct ft_standby_backup *ft_standby_backup_new(struct ft_standby *standby);

/* Whether one begins, runs or ends. */
bool ft_standby_backup_busy(const struct ft_standby *standby);

/* Answers asker that one could begin now; else fails as that would. */
int ft_standby_backup_check(struct ft_standby *standby, struct ft_asker asker,
                            struct ft_error *err);

/*
 * Begins one, and answers asker ("backup-begin" in ft-protocol(7)); with "frozen" in
 * args once the copy has the guest's file systems frozen, or FT_BACKUP_FROZEN_NS
 * later, as it is then. -EAGAIN: there is no whole copy; -EBUSY: one is under way,
 * or a rehearsal; -ENOENT: no disk is replicated.
 */
int ft_standby_backup_begin(struct ft_standby *standby, const json_t *args,
                            struct ft_asker asker, struct ft_error *err);

/*
 * One that begins comes to nothing, why: before its snapshot is ended with the others
 * (snapshot-slot.h). Waits for nobody. Any thread.
 */
void ft_standby_backup_stop(struct ft_standby *standby,
                            const struct ft_error *why);

/*
 * Ends the one of args, "id"; asker is answered later. One that ended by itself
 * fails by the reason; -ENOENT of one that is not known.
 */
int ft_standby_backup_end(struct ft_standby *standby, const json_t *args,
                          struct ft_asker asker, struct ft_error *err);

#endif
