/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was written to some disks and may not be on the storage of their replicas:
 * kept until it is, so that a replica that was away gets that, and nothing has to
 * be read or compared. Two layers: one is being filled; the one before waits until
 * the replica's host has all of it on its storage, and is forgotten then.
 *
 * As long as ft_disk_changes_missing is NULL this holds: a replica that had, on its
 * storage, all of the epochs that ft_disk_changes_settle was told, and maybe some
 * of later writes, is equal to the disk once what ft_disk_changes_next gives is
 * written to it.
 *
 * Kept by sectors of 512 bytes in files without a name, so that what is written
 * again and again is kept, and sent, once. Bounded in bytes, and some of the file
 * system is left free; a layer that does not fit is gone as a whole, which heals
 * with the next one.
 *
 * Threads: the caller's lock. Offsets and lengths are in bytes. Fault point:
 * disk-changes-write.
 */
#ifndef FT_DISK_DISK_CHANGES_H
#define FT_DISK_DISK_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "disk/chunk-map.h"

struct ft_disk_changes;

/* For n disks, at most limit bytes of data in each layer. folder takes the files. */
int ft_disk_changes_new(const char *folder, size_t n, uint64_t limit,
                        struct ft_disk_changes **changes, struct ft_error *err);
void ft_disk_changes_free(struct ft_disk_changes *changes);

/* From now on; what is kept stays. */
void ft_disk_changes_limit(struct ft_disk_changes *changes, uint64_t limit);

/*
 * All that was written before now was sent in epoch 1, or before, and is not kept:
 * known is all that follows, once that epoch is on the replica's storage.
 */
void ft_disk_changes_begin(struct ft_disk_changes *changes);

/* A write, or zeros. Never fails: what cannot be kept is missing. */
void ft_disk_changes_write(struct ft_disk_changes *changes, unsigned disk,
                           uint64_t offset, const void *data, uint64_t length);
void ft_disk_changes_zero(struct ft_disk_changes *changes, unsigned disk,
                          uint64_t offset, uint64_t length);

/*
 * Told now and then. open: the last epoch that a write kept so far can belong to;
 * durable: the replica's storage has that epoch and all before it; 0: none.
 */
void ft_disk_changes_settle(struct ft_disk_changes *changes, uint64_t open,
                            uint64_t durable);

/*
 * Another link, whose epochs are counted from 1: all that is kept is sent in its
 * epoch 1 (ft_disk_changes_next).
 */
void ft_disk_changes_again(struct ft_disk_changes *changes);

/* Why what is kept is not all of it; NULL: it is. Never freed. */
const char *ft_disk_changes_missing(const struct ft_disk_changes *changes);

/* Bytes that ft_disk_changes_next gives, of data and zeros. */
uint64_t ft_disk_changes_bytes(const struct ft_disk_changes *changes);

/* Where a walk is; {0} at its begin. */
struct ft_disk_changes_walk {
    unsigned layer;
    size_t entry, end; /* of the layer */
    unsigned sector;
};

/* A run of what was written, in one chunk. */
struct ft_disk_changes_run {
    unsigned disk;
    uint64_t offset;
    size_t length; /* at most FT_CHUNK_SIZE */
    bool zero;
};

/*
 * The next run, older ones first, with its data in data (FT_CHUNK_SIZE bytes). 1;
 * 0 at the end; -errno: the file. Writes may come between two calls: those that
 * are sent when they come may be given again, and are never given as they were
 * before.
 */
int ft_disk_changes_next(struct ft_disk_changes *changes,
                         struct ft_disk_changes_walk *walk,
                         struct ft_disk_changes_run *run, void *data);

#endif
