/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How some disks were at a moment, while their one writer goes on: before it
 * writes, it keeps what was there (copy before write), and readers get that, or
 * else what the disk still has.
 *
 * The writer never waits for a reader, and never fails for the snapshot: what
 * cannot be kept, or not in FT_SNAPSHOT_KEEP_NS a round, ends the snapshot, and
 * every read of it fails from then on. A reader takes no lock while it reads: it
 * looks whether a chunk is kept after it has read the disk. If it is not, the
 * writer, which keeps before it writes, had not begun.
 *
 * Counted by reference. Threads: any, but for the one writer.
 */
#ifndef FT_DISK_DISK_SNAPSHOT_H
#define FT_DISK_DISK_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "disk/chunk-store.h"

/* What the writer loses by one round, an epoch, at most and near enough. */
#define FT_SNAPSHOT_KEEP_NS (500 * FT_NS_PER_MS)

struct ft_disk_snapshot;

struct ft_snapshot_disk {
    int fd;        /* for reading; copied */
    uint64_t size; /* bytes */
};

/*
 * Of n disks, FT_DISKS_MAX at most, as they are now. The writer rests meanwhile.
 * store is taken, also on failure. -ENOMEM, -EMFILE.
 */
int ft_disk_snapshot_new(const struct ft_snapshot_disk *disks, size_t n,
                         struct ft_chunk_store *store,
                         struct ft_disk_snapshot **out, struct ft_error *err);
struct ft_disk_snapshot *ft_disk_snapshot_ref(struct ft_disk_snapshot *snapshot);
void ft_disk_snapshot_unref(struct ft_disk_snapshot *snapshot);

/* The writer: a round begins; then, before it writes there, keeps what is there. */
void ft_disk_snapshot_round(struct ft_disk_snapshot *snapshot);
void ft_disk_snapshot_keep(struct ft_disk_snapshot *snapshot, unsigned disk,
                           uint64_t offset, uint64_t length);

/* How it was. -ESTALE: the snapshot has ended; -EINVAL: outside of the disk. */
int ft_disk_snapshot_read(struct ft_disk_snapshot *snapshot, unsigned disk,
                          uint64_t offset, void *data, size_t length);

/*
 * What was there from offset on: 1 zeros that take no room, 0 what is to be read,
 * for *run bytes, 1 to length, in whole chunks but at the ends. Errors as read.
 */
int ft_disk_snapshot_extent(struct ft_disk_snapshot *snapshot, unsigned disk,
                            uint64_t offset, uint64_t length, uint64_t *run);

/* Bytes of a disk. */
uint64_t ft_disk_snapshot_size(const struct ft_disk_snapshot *snapshot,
                               unsigned disk);
size_t ft_disk_snapshot_count(const struct ft_disk_snapshot *snapshot);

/* Bytes that are kept. */
uint64_t ft_disk_snapshot_kept(struct ft_disk_snapshot *snapshot);

/*
 * Ends it at once, without waiting for anybody or giving room back, which the last
 * reference does; the first reason stays.
 */
void ft_disk_snapshot_end(struct ft_disk_snapshot *snapshot,
                          const struct ft_error *why);

/* After its end: gives the room back now. */
void ft_disk_snapshot_give_room(struct ft_disk_snapshot *snapshot);

/* Whether it has ended, and why; out may be NULL. */
bool ft_disk_snapshot_ended(struct ft_disk_snapshot *snapshot,
                            struct ft_error *out);

#endif
