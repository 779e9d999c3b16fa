/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mirror of a disk to an NBD server on a unix socket: everything that is on
 * the disk, and then every write before the guest sees it complete
 * (virDomainBlockCopy with SYNCHRONOUS_WRITES: copy-mode=write-blocking).
 *
 * The guest keeps reading from its own disk, and is never pivoted to the copy.
 * The export must already have the size of the disk.
 * Threads: thread safe. Errors: libvirt's, -EIO; -EBUSY when the disk has
 * another block job.
 */
#ifndef FT_VIRT_BLOCK_COPY_H
#define FT_VIRT_BLOCK_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

struct ft_block_copy_progress {
    uint64_t done;  /* bytes */
    uint64_t total; /* bytes; 0 while unknown */
    bool active;    /* the job exists */
    bool ready;     /* all copied; writes go to both sides */
};

/*
 * Starts the copy of disk target ("vda") to export of the server at socket, at most so
 * many bytes a second of what is there (0: any number), at most INT64_MAX. What the
 * guest writes meanwhile is not slowed by that.
 */
int ft_block_copy_start(virDomainPtr dom, const char *target,
                        const char *socket, const char *export_name,
                        uint64_t bytes_per_s, struct ft_error *err);

/* The same while it runs. A job that ended by itself is an error. */
int ft_block_copy_set_speed(virDomainPtr dom, const char *target,
                            uint64_t bytes_per_s, struct ft_error *err);

/*
 * The same of what is written from now on only, of the disk whose root is node in
 * QEMU: libvirt has nothing of the kind, so it does not know of this job, and tells
 * nothing of it (FT_BLOCK_COPY_QEMU_EVENTS do). All other calls are for both.
 * Source: blockdev-mirror, sync none (qemu/qapi/block-core.json).
 */
int ft_block_copy_start_new(virDomainPtr dom, const char *target,
                            const char *node, const char *socket,
                            const char *export_name, struct ft_error *err);

/* For virConnectDomainQemuMonitorEventRegister: one has ended. */
#define FT_BLOCK_COPY_QEMU_EVENTS "^BLOCK_JOB_(COMPLETED|CANCELLED|ERROR)$"

/* Whether such an event is of a job of ft_block_copy_start_new. Pure. */
bool ft_block_copy_is_new(const char *details);

/* Fills *progress; a job that ended by itself is not active. */
int ft_block_copy_progress(virDomainPtr dom, const char *target,
                           struct ft_block_copy_progress *progress,
                           struct ft_error *err);

/*
 * Ends the job, at the disk's own image; success also when there is none. While
 * it is not ready no write of the guest may be under way: see disk-feed.c.
 */
int ft_block_copy_abort(virDomainPtr dom, const char *target,
                        struct ft_error *err);

/*
 * How many copies QEMU itself has under way. An error is no answer: a QEMU that
 * ends has none left, and answers nothing.
 */
int ft_block_copy_count_running(virDomainPtr dom, unsigned *count,
                                struct ft_error *err);

/*
 * Copy jobs of all disks of dom that go to a unix socket whose path begins with
 * prefix, which a dead worker left: their number, and the end of them.
 */
int ft_block_copy_count_leftovers(virDomainPtr dom, const char *prefix,
                                  unsigned *count, struct ft_error *err);
int ft_block_copy_end_leftovers(virDomainPtr dom, const char *prefix,
                                unsigned *ended, struct ft_error *err);

#endif
