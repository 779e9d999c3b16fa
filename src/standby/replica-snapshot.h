/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The replica as it was after one committed epoch, while epochs go on: its disks
 * (disk-snapshot.h), and a copy of the device state that belongs to them. For who
 * tries the copy out, or backs it up. It ends by itself when more is overwritten
 * than its store takes, and with the copy that it is of.
 *
 * Threads: any; a snapshot is its taker's.
 */
#ifndef FT_STANDBY_REPLICA_SNAPSHOT_H
#define FT_STANDBY_REPLICA_SNAPSHOT_H

#include "disk/disk-snapshot.h"
#include "standby/memory-snapshot.h"
#include "standby/replica.h"

/* What a backup wants to know of the same moment. */
struct ft_replica_changes {
    const char *since; /* an earlier moment's name; NULL: none */
    const char *name;  /* of this moment, for later ones; NULL: none */
    struct ft_chunk_set *changed; /* since then, the caller's; NULL: not known */
    bool marked;                  /* this moment will be known */
};

struct ft_replica_snapshot { /* zeroed: none */
    uint64_t epoch;
    struct ft_disk_snapshot *disks;
    struct ft_memory_snapshot *memory; /* NULL: none */
    char targets[FT_DISKS_MAX][32];    /* of the disks, "vda" */
    size_t n_disks;
    pid_t pid; /* of the waiting QEMU, and its memory's blocks */
    struct ft_ram_block blocks[FT_RAM_BLOCKS_MAX];
    size_t n_blocks;
    struct ft_state state;
    struct ft_replica_clock clock;
    enum ft_run_state run;
    bool frozen; /* the guest's file systems were */
};

/*
 * Takes one, which waits for an epoch that is being applied. store is taken, also
 * on failure. memory, whose source is this replica's QEMU, is of the same epoch,
 * and ends with the snapshot; NULL: of the disks only. changes may be NULL. -EAGAIN: there is no whole copy; -EBUSY: there is a snapshot
 * already. To be given to ft_replica_snapshot_end.
 */
int ft_replica_snapshot_take(struct ft_replica *replica,
                             struct ft_chunk_store *store,
                             struct ft_memory_snapshot *memory,
                             struct ft_replica_changes *changes,
                             struct ft_replica_snapshot *out,
                             struct ft_error *err);

/* Ends and forgets it; zeroed: a no-op. Who still reads its disks gets ESTALE. */
void ft_replica_snapshot_end(struct ft_replica *replica,
                             struct ft_replica_snapshot *snapshot);

#endif
