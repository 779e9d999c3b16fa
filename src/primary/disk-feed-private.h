/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A feed, inside: disk-feed.c has what is common, and the mirrors of whole disks;
 * disk-feed-record.c those that begin with what QEMU has recorded.
 */
#ifndef FT_PRIMARY_DISK_FEED_PRIVATE_H
#define FT_PRIMARY_DISK_FEED_PRIVATE_H

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/limits.h"
#include "disk/disk-changes.h"
#include "disk/disk-sink.h"
#include "primary/disk-compare.h"
#include "primary/disk-feed.h"

struct ft_disk_feed {
    virDomainPtr dom;
    const char *folder; /* the owner's */
    struct ft_outgoing *out;
    struct ft_disk_sink *sink;
    struct ft_disk_compare *compare; /* NULL: nothing to compare with */
    char socket[PATH_MAX];
    char targets[FT_DISKS_MAX][32];
    uint64_t sizes[FT_DISKS_MAX];
    uint64_t speeds[FT_DISKS_MAX]; /* that its mirror has; 0: any */
    bool ready[FT_DISKS_MAX];      /* it was, when it was last asked */
    size_t count, started;
    atomic_ullong brought;
    pid_t pid; /* QEMU's */

    /* taken while a write is kept and sent: the two go together */
    pthread_mutex_t lock;
    struct ft_disk_changes *changes; /* NULL: none can be kept */
    bool keeps; /* the copy is made: what is written is kept */
    bool holds; /* ... and not sent */
    struct {
        unsigned disk;
        uint64_t offset, length;
        bool written; /* since that was set */
    } looked_at;      /* what is being read of a disk */
};

/* A feed without server and mirrors, with a reference of dom; NULL: no memory. */
struct ft_disk_feed *ft_disk_feed_new(virDomainPtr dom,
                                      const struct ft_vm *domain,
                                      const char *folder,
                                      const char *state_folder,
                                      struct ft_outgoing *out);

/* Starts the server of its disks; kept is that of ft_disk_feed_start. */
int ft_disk_feed_serve(struct ft_disk_feed *feed, const struct ft_vm *domain,
                       uint64_t kept, struct ft_error *err);

#endif
