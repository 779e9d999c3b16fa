/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a replica is the base of, as its host has it on its storage: the copy of
 * one primary's process, whose id nobody else has, since that was complete. What a
 * primary sent later may be in it or not, and the primary knows all of that as long
 * as its process lives (disk/disk-changes.h); so it holds unless somebody else wrote
 * to the file. Or it is what a VM was handed over with, and all that came later the
 * QEMU knows that has it now (primary/handed-over.c).
 *
 * That is seen by its mtime, the seal: ours are set back to one moment of the past
 * after each of our writes. A write that was cut off, or another's, leaves its own
 * time, and the replica is no base any more.
 *
 * Threads: plain data. Files under the pair's state folder: base.json.
 */
#ifndef FT_WORKER_REPLICA_BASE_H
#define FT_WORKER_REPLICA_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "link/payload.h"

struct ft_replica_base {
    char id[FT_COPY_ID_SIZE]; /* empty: of nothing */
    int64_t seal_s;           /* mtime of the files, in seconds since 1970 */
    size_t n;
    struct {
        char target[32];
        uint64_t inode, size; /* in bytes */
    } disks[FT_DISKS_MAX];
};

/* Whether text is an id: a UUID in small letters. */
bool ft_replica_base_is_id(const char *text);

/*
 * The record in folder: 0; -ENOENT: there is none; -EINVAL: none that can be read.
 * Saved, it survives a power cut.
 */
int ft_replica_base_load(const char *folder, struct ft_replica_base *base,
                         struct ft_error *err);
int ft_replica_base_save(const char *folder, const struct ft_replica_base *base);

/* Adds an open file as the next disk. 0 or -errno; -EMEDIUMTYPE: not a file. */
int ft_replica_base_add(struct ft_replica_base *base, const char *target,
                        int fd);

/*
 * Why an open file is not, or not only by us, what the record's i-th disk says;
 * NULL: it is. Never freed.
 */
const char *ft_replica_base_differs(const struct ft_replica_base *base,
                                    size_t i, const char *target, int fd);

/* Sets the seal after our writes: 0 or -errno. And whether it is there. */
int ft_replica_base_seal(const struct ft_replica_base *base, int fd);
bool ft_replica_base_is_sealed(const struct ft_replica_base *base, int fd);

#endif
