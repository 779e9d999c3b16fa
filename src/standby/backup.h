/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The replica's disks as they were after one committed epoch, for who backs them
 * up: an NBD export of a snapshot, read-only, on a socket of root's. One at a time.
 * It ends when it is told to, with the copy, by a takeover, when more is written
 * over than is kept, and when nobody has read it for FT_BACKUP_IDLE_NS.
 *
 * The guest notices nothing, unless its file systems are frozen for it, by the
 * primary (primary/freeze.c), so that the epoch of that moment can be waited for.
 * Control thread.
 */
#ifndef FT_STANDBY_BACKUP_H
#define FT_STANDBY_BACKUP_H

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

/*
 * Begins one, and answers asker ("backup-begin" in ft-protocol(7)); with "frozen" in
 * args once the copy has the guest's file systems frozen, or FT_BACKUP_FROZEN_NS
 * later, as it is then. -EAGAIN: there is no whole copy; -EBUSY: one is under way;
 * -ENOENT: no disk is replicated.
 */
int ft_standby_backup_begin(struct ft_standby *standby, const json_t *args,
                            struct ft_asker asker, struct ft_error *err);

/*
 * Ends the one of args, "id"; asker is answered later. One that ended by itself
 * fails by the reason; -ENOENT of one that is not known.
 */
int ft_standby_backup_end(struct ft_standby *standby, const json_t *args,
                          struct ft_asker asker, struct ft_error *err);

#endif
