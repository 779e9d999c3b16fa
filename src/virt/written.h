/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what a record (write-record.h) has, and what is there now, through an NBD
 * server in that QEMU, whose socket it is given: QEMU reads its own disks, whatever
 * their cache mode, and beside what the guest does with them.
 *
 * Threads: one at a time. Source: qemu/docs/interop/nbd.rst (qemu:dirty-bitmap).
 */
#ifndef FT_VIRT_WRITTEN_H
#define FT_VIRT_WRITTEN_H

#include <stdint.h>

#include "virt/write-record.h"

struct ft_written;

/*
 * folder takes a socket for a moment. -EREMOTEIO, too: QEMU serves something else,
 * a backup of libvirt's say.
 */
int ft_written_open(virDomainPtr dom, const char *folder,
                    const struct ft_recorded_disk *disks, size_t n,
                    const char *id, struct ft_written **written,
                    struct ft_error *err);

/* Ends the server. NULL is a no-op. */
void ft_written_close(struct ft_written *written);

#define FT_WRITTEN_WINDOW (UINT64_C(1) << 30) /* bytes */

struct ft_written_range {
    uint64_t offset, length; /* bytes */
};

/*
 * What was written to a disk from offset on, within one window: its ranges, which
 * the caller frees, and where the next window begins, or 0 at the end of the disk.
 */
int ft_written_next(struct ft_written *written, size_t disk, uint64_t *offset,
                    struct ft_written_range **ranges, size_t *n,
                    struct ft_error *err);

/* What is there now: 1 MiB at most. */
int ft_written_read(struct ft_written *written, size_t disk, void *data,
                    size_t length, uint64_t offset, struct ft_error *err);

#endif
