/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The standby's store of one epoch's disk writes, from their arrival to the
 * epoch's commit. Data goes to an unlinked file (page cache, so that nothing
 * grows without limit in our memory); a bounded index stays in memory. A crash
 * loses the log, as it must: what was not committed never happened. All logs
 * together leave some of their file system free (ft_disk_log_kept), for it is
 * that of the records, and a guest's writes must not fill it.
 *
 * A log belongs to one thread at a time. Offsets and lengths are in bytes.
 * Fault points: disk-log-append, disk-log-apply.
 */
#ifndef FT_DISK_DISK_LOG_H
#define FT_DISK_DISK_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Entries of the index; writes that go on where the last one ended share one.
 * 32 bytes each. A primary ends an epoch long before (ft-protocol(7)).
 */
#define FT_DISK_LOG_ENTRIES_MAX (UINT32_C(1) << 20)

struct ft_disk_log;

/* How much of a file system of so many bytes no log takes, in bytes. */
uint64_t ft_disk_log_kept(uint64_t total);

/* -ENOSPC: the file system of this folder has no room for logs any more. */
int ft_disk_log_room(const char *folder, struct ft_error *err);

/*
 * Makes an empty log in folder (O_TMPFILE, or an unlinked file where the file
 * system cannot). limit is the most data it takes, in bytes. -ENOSPC: no room.
 */
int ft_disk_log_new(const char *folder, uint64_t limit,
                    struct ft_disk_log **log, struct ft_error *err);
void ft_disk_log_free(struct ft_disk_log *log);

/*
 * Appends a write, or zeros (trim: the space may be given back). On failure
 * the log is as before. -ENOSPC: what the folder's file system has for logs is
 * taken; -EIO: the file system; -EFBIG: the limit; -ENOBUFS: the index is full; -ENOMEM.
 */
int ft_disk_log_append(struct ft_disk_log *log, unsigned disk, uint64_t offset,
                       const void *data, size_t length, struct ft_error *err);
int ft_disk_log_append_zero(struct ft_disk_log *log, unsigned disk,
                            uint64_t offset, uint64_t length, int trim,
                            struct ft_error *err);

/*
 * Carries all of it out on the n disks, in order. Does not sync them. After a
 * failure it may be called again: the result of carrying a log out twice is
 * the same. The text says which disk and where.
 */
int ft_disk_log_apply(struct ft_disk_log *log, const int *disk_fds, size_t n,
                      struct ft_error *err);

/*
 * Puts what the log says about [offset, offset+length) of disk over data, which
 * holds what the replica has. For several logs: call the oldest first.
 */
int ft_disk_log_read_overlay(struct ft_disk_log *log, unsigned disk,
                             uint64_t offset, void *data, size_t length,
                             struct ft_error *err);

/* Tells, in order, what ft_disk_log_apply will write. */
typedef void ft_disk_log_range(void *opaque, unsigned disk, uint64_t offset,
                               uint64_t length);
void ft_disk_log_each(const struct ft_disk_log *log, ft_disk_log_range *each,
                      void *opaque);

/* Empties it and gives the space back. */
int ft_disk_log_reset(struct ft_disk_log *log);

/* Bytes of data in the file; entries of the index. */
uint64_t ft_disk_log_bytes(const struct ft_disk_log *log);
size_t ft_disk_log_entries(const struct ft_disk_log *log);

/*
 * Writes zeros to [offset, offset+length) of a file or block device by the
 * cheapest way it offers: fallocate(2) ZERO_RANGE, or PUNCH_HOLE when trim,
 * otherwise by writing. Beyond the end of a file it grows. 0 or -errno.
 */
int ft_disk_zero(int fd, uint64_t offset, uint64_t length, int trim);

#endif
