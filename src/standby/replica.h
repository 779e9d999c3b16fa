/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The standby's copy of the VM: guest memory in the waiting QEMU, replica
 * disks, and the device state to resume from. Epochs are staged as their
 * frames arrive and applied whole or not at all.
 *
 * Epochs <= 1 are the first copy: written at once, since nothing is committed.
 * Threads: the receiver thread, or, after it has ended, the control thread.
 */
#ifndef FT_STANDBY_REPLICA_H
#define FT_STANDBY_REPLICA_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "disk/changed-chunks.h"
#include "disk/disk-log.h"
#include "link/link.h"
#include "link/page-codec.h"
#include "link/payload.h"
#include "link/state-delta.h"
#include "qemu/ram-blocks.h"
#include "standby/replica-seal.h"
#include "standby/room.h"
#include "virt/run-state.h"
#include "virt/standby-xml.h"

struct ft_disk_reader;

struct ft_replica_disk {
    char target[32];
    char *path; /* raw file; owned */
    int fd;
    const char *differs; /* from the base that was here, why; NULL: it does not */
    uint64_t capacity;   /* bytes */
    bool kept;           /* held data before this copy, or may get it: */
    struct ft_disk_reader *older; /* an image that has some of it; owned, or NULL */
    struct ft_room room;
};

struct ft_staged_pages;
struct ft_write_back;
struct ft_snapshot_slot;

/* What an epoch's guest lacks when it goes on here. */
struct ft_replica_clock {
    int64_t stopped_ns; /* when it stopped there, by our clock; 0: not known */
    struct ft_epoch_begin told;
};

struct ft_replica {
    pid_t pid; /* the waiting QEMU */
    struct ft_ram_block blocks[FT_RAM_BLOCKS_MAX];
    size_t n_blocks;
    struct ft_replica_disk disks[FT_DISKS_MAX];
    size_t n_disks;
    uint64_t disk_sizes[FT_DISKS_MAX];
    struct ft_page_decoder *decoder;
    struct ft_staged_pages *pages;      /* of the epoch being received */
    struct ft_disk_log *logs[2];        /* by epoch & 1 */
    struct ft_epoch_summary summary[2]; /* by epoch & 1 */
    struct ft_state partial;            /* device state still coming in */
    struct ft_state staged;             /* device state of that epoch */
    struct ft_state state;              /* device state to resume from */
    struct ft_replica_clock staged_clock, clock; /* of these two */
    enum ft_run_state staged_run, run;           /* the same */
    unsigned staged_frozen, frozen;    /* FT_FRAME_FROZEN and THAW of them */
    int64_t transit_ns;                /* of a small frame; set by the caller */
    uint64_t committed;                /* last epoch applied; 0: none */
    struct ft_changed_chunks *changes; /* of its disks; under the slot's lock */
    uint64_t pages_written, disk_bytes;
    struct ft_replica_seals seals; /* set by the caller before it opens */
    uint64_t room_needed[2]; /* bytes, by epoch & 1; of the first copy: [1] */
    size_t room_disk;        /* for one of those; all lie in one pool */
    /* the owner's, for all of its replicas; both may be NULL */
    struct ft_write_back *write_back;
    struct ft_snapshot_slot *slot;
};

/*
 * Prepares for the first copy; pid, blocks, disks, seals are set by the
 * caller. folder takes the disk logs, and the base's record.
 */
int ft_replica_open(struct ft_replica *replica, const char *folder,
                    struct ft_error *err);

/* Where its disks are; borrowed. paths has room for FT_DISKS_MAX. */
size_t ft_replica_paths(const struct ft_replica *replica,
                        struct ft_replica_path *paths);

/* Forgets all but write_back and slot, whose snapshot ends, frees and closes; the struct may be used again. */
void ft_replica_clear(struct ft_replica *replica);

/*
 * Takes a frame that carries state. -EPROTO for one that does not belong
 * here, -ENOMEM, -ENOSPC, -EIO when it cannot be kept.
 */
int ft_replica_frame(struct ft_replica *replica, const struct ft_frame *frame,
                     struct ft_error *err);

/*
 * What a DISK_READ asks for, with all writes received so far. *data is freed
 * by the caller.
 */
int ft_replica_read(struct ft_replica *replica, const struct ft_frame *frame,
                    void **data, size_t *length, struct ft_error *err);

/*
 * The hashes of what a DISK_HASH asks for (payload.h), in the same way; size in
 * bytes. In the first copy that gets what an older image has (older-image.h) before.
 */
int ft_replica_hash(struct ft_replica *replica, const struct ft_frame *frame,
                    unsigned char hashes[FT_DISK_HASHES_MAX], size_t *size,
                    struct ft_error *err);

/*
 * Checks that EPOCH_END's epoch is there whole, and that there is room for its
 * disk writes. 0 means that it may be acknowledged; -EBADMSG, -EPROTO, -ENOSPC.
 */
int ft_replica_check_epoch(struct ft_replica *replica,
                           const struct ft_frame *frame, struct ft_error *err);

/* Applies the epoch that was checked. A failure makes the replica useless. */
int ft_replica_apply(struct ft_replica *replica, struct ft_error *err);

/* Whether the last epoch applied has the guest's file systems frozen. Any thread. */
bool ft_replica_is_frozen(struct ft_replica *replica);

/* Bytes kept of epochs that are not applied yet. */
uint64_t ft_replica_staged(const struct ft_replica *replica);

/* Drops what was received of an epoch that will never be complete. */
void ft_replica_drop_partial(struct ft_replica *replica);

#endif
