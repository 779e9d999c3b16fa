/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings what was written to the replicas from the page cache to their storage,
 * by a thread of its own: neither an acknowledgement nor a takeover waits for it.
 * What is not there yet is bounded in time and, by letting the writer wait after
 * it has acknowledged, in bytes.
 *
 * Threads: any, and one writer. NULL: nothing is brought back, nobody waits.
 * Fault points: replica-sync, replica-base.
 */
#ifndef FT_STANDBY_WRITE_BACK_H
#define FT_STANDBY_WRITE_BACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "worker/replica-base.h"

/* A round begins when the oldest write is so old, or so much is written. */
#define FT_WRITE_BACK_NS FT_NS_PER_S
#define FT_WRITE_BACK_BYTES (UINT64_C(32) << 20)
/* The writer waits, a second at a time, while more is not on the storage. */
#define FT_WRITE_BACK_MAX (UINT64_C(256) << 20)

struct ft_write_back;

/* Starts the thread. NULL: no memory, or no thread. */
struct ft_write_back *ft_write_back_new(void);

/* Ends it; waits for a round that is under way. NULL is a no-op. */
void ft_write_back_free(struct ft_write_back *wb);

/*
 * From now on these n files, FT_DISKS_MAX at most, none of them written; those
 * before are forgotten. The descriptors are copied. 0, or -errno: none then.
 */
int ft_write_back_begin(struct ft_write_back *wb, const int *fds, size_t n);

/* The writer wrote bytes to them; waits if too much is not on the storage. */
void ft_write_back_add(struct ft_write_back *wb, uint64_t bytes);

/*
 * The files begun with become a base: when a round has brought the first epoch to
 * the storage, base is recorded in folder, unless it is already, and from then on
 * ft_write_back_durable tells. Both are copied. And: nothing of the kind any more.
 */
void ft_write_back_keep_base(struct ft_write_back *wb, const char *folder,
                             const struct ft_replica_base *base, bool recorded);
void ft_write_back_drop_base(struct ft_write_back *wb);

/* The writer wrote all of this epoch, and of those before. */
void ft_write_back_applied(struct ft_write_back *wb, uint64_t epoch);

/*
 * The last epoch that is on the storage with all before it; 0: none, there is no
 * base, or a write may be lost.
 */
uint64_t ft_write_back_durable(struct ft_write_back *wb);

/* A takeover: nobody waits any more, and no round begins until the next begin. */
void ft_write_back_rest(struct ft_write_back *wb);

/* -EIO or its kind, once a write may be lost; err says so. 0: none is. */
int ft_write_back_error(struct ft_write_back *wb, struct ft_error *err);

/* Bytes that are not known to be on the storage. */
uint64_t ft_write_back_dirty(struct ft_write_back *wb);

#endif
