/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/disk-log.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/paths.h"
#include "base/unlinked-file.h"

#define COPY_SIZE (1u << 20)

/*
 * Of the file system: left to others; and taken before its room is looked at
 * again, for there are other logs.
 */
#define KEPT_MAX (UINT64_C(64) << 20)
#define KEPT_PART 8
#define ROOM_STEP (UINT64_C(1) << 20)
#define ROOM_PART 16

/* Entries that the index has room for at first. */
#define ROOM_AT_FIRST 256

/* Room that reset keeps for the next epoch. */
#define ROOM_KEPT 16384

/* What follows is data in the file, or zeros. */
enum kind { KIND_DATA, KIND_ZERO, KIND_TRIM };

struct entry {
    uint64_t offset, length;
    uint64_t position; /* of the data in the file */
    uint16_t disk;
    uint16_t kind;
};

struct ft_disk_log {
    int fd;
    uint64_t limit, bytes;
    uint64_t room_seen; /* in bytes, that the last look at the room left */
    struct entry *entries;
    size_t count, room;
    unsigned char *buffer; /* COPY_SIZE bytes */
};

uint64_t
ft_disk_log_kept(uint64_t total)
{
    return FT_MIN(total / KEPT_PART, KEPT_MAX);
}

/* In bytes; a file system that does not say has any. */
static uint64_t
room_in(const struct statvfs *fs)
{
    uint64_t kept = ft_disk_log_kept((uint64_t)fs->f_blocks * fs->f_frsize);
    uint64_t room = (uint64_t)fs->f_bavail * fs->f_frsize;

    if (!fs->f_blocks)
        return UINT64_MAX;
    return room > kept ? room - kept : 0;
}

static int
no_room(struct ft_error *err)
{
    return ft_fail(err, ENOSPC,
                   "Make room in " FT_STATE_FOLDER " of the standby.",
                   "no room for the guest's disk writes: " FT_STATE_FOLDER
                   " of the standby is full but for what is kept for records");
}

int
ft_disk_log_room(const char *folder, struct ft_error *err)
{
    struct statvfs fs;

    return statvfs(folder, &fs) == 0 && room_in(&fs) < ROOM_STEP ? no_room(err)
                                                                 : 0;
}

static int
take_room(struct ft_disk_log *log, uint64_t length)
{
    struct statvfs fs;
    uint64_t room;

    if (length > log->room_seen) {
        room = fstatvfs(log->fd, &fs) ? UINT64_MAX : room_in(&fs);
        if (room < length)
            return -ENOSPC;
        log->room_seen = FT_MAX(FT_MIN(room / ROOM_PART, ROOM_STEP), length);
    }
    log->room_seen -= length;
    return 0;
}

int
ft_disk_log_new(const char *folder, uint64_t limit, struct ft_disk_log **log,
                struct ft_error *err)
{
    struct ft_disk_log *fresh;
    int rc = ft_disk_log_room(folder, err);

    if (rc)
        return rc;
    fresh = calloc(1, sizeof(*fresh));
    if (fresh)
        fresh->buffer = malloc(COPY_SIZE);
    if (!fresh || !fresh->buffer) {
        free(fresh);
        return ft_fail(err, ENOMEM, NULL, "no memory for a disk log");
    }
    fresh->limit = limit;
    fresh->fd = ft_unlinked_file(folder);
    if (fresh->fd < 0) {
        rc = fresh->fd;
        ft_disk_log_free(fresh);
        return ft_fail(err, -rc, NULL, "cannot make a disk log in %s: %s",
                       folder, strerror(-rc));
    }
    *log = fresh;
    return 0;
}

void
ft_disk_log_free(struct ft_disk_log *log)
{
    if (!log)
        return;
    if (log->fd >= 0)
        close(log->fd);
    free(log->entries);
    free(log->buffer);
    free(log);
}

/* Makes room for one more entry. */
static int
make_room(struct ft_disk_log *log)
{
    size_t room = log->room ? log->room * 2 : ROOM_AT_FIRST;
    struct entry *larger;

    if (log->count < log->room)
        return 0;
    if (log->count >= FT_DISK_LOG_ENTRIES_MAX)
        return -ENOBUFS;
    larger = realloc(log->entries, room * sizeof(*larger));
    if (!larger)
        return -ENOMEM;
    log->entries = larger;
    log->room = room;
    return 0;
}

/* The last entry when fresh goes on where it ends, both on disk and in the log. */
static struct entry *
continues(struct ft_disk_log *log, const struct entry *fresh)
{
    struct entry *last = log->count ? &log->entries[log->count - 1] : NULL;

    if (!last || last->disk != fresh->disk || last->kind != fresh->kind ||
        last->offset + last->length != fresh->offset ||
        (fresh->kind == KIND_DATA &&
         last->position + last->length != fresh->position))
        return NULL;
    return last;
}

static void
add_entry(struct ft_disk_log *log, const struct entry *fresh)
{
    struct entry *last = continues(log, fresh);

    if (last)
        last->length += fresh->length;
    else
        log->entries[log->count++] = *fresh;
}

static int
append_failed(int rc, struct ft_error *err)
{
    if (rc == -ENOSPC)
        return no_room(err);
    if (rc == -EFBIG || rc == -ENOBUFS)
        return ft_fail(err, -rc, NULL,
                       "one epoch has more disk writes than the standby takes");
    return ft_fail(err, -rc, NULL, "cannot stage a disk write: %s",
                   strerror(-rc));
}

static int
check_range(unsigned disk, uint64_t offset, uint64_t length)
{
    return disk < FT_DISKS_MAX && offset <= INT64_MAX &&
                   length <= INT64_MAX - offset
               ? 0
               : -EINVAL;
}

int
ft_disk_log_append(struct ft_disk_log *log, unsigned disk, uint64_t offset,
                   const void *data, size_t length, struct ft_error *err)
{
    struct entry fresh = { offset, length, log->bytes, (uint16_t)disk,
                           KIND_DATA };
    int rc = check_range(disk, offset, length);

    if (!rc && !length)
        return 0;
    if (!rc && length > log->limit - log->bytes)
        rc = -EFBIG;
    if (!rc)
        rc = make_room(log);
    if (!rc)
        rc = FT_FAULT("disk-log-append");
    if (!rc)
        rc = take_room(log, length);
    /* A failed write leaves bytes behind the log's end; the next one covers them. */
    if (!rc)
        rc = ft_pwrite_full(log->fd, data, length, log->bytes);
    if (rc)
        return append_failed(rc, err);
    add_entry(log, &fresh);
    log->bytes += length;
    return 0;
}

int
ft_disk_log_append_zero(struct ft_disk_log *log, unsigned disk, uint64_t offset,
                        uint64_t length, int trim, struct ft_error *err)
{
    struct entry fresh = { offset, length, 0, (uint16_t)disk,
                           trim ? KIND_TRIM : KIND_ZERO };
    int rc = check_range(disk, offset, length);

    if (!rc && !length)
        return 0;
    if (!rc)
        rc = make_room(log);
    if (rc)
        return append_failed(rc, err);
    add_entry(log, &fresh);
    return 0;
}

static int
apply_data(struct ft_disk_log *log, const struct entry *entry, int fd)
{
    uint64_t done = 0;
    int rc = 0;

    while (!rc && done < entry->length) {
        size_t part = FT_MIN(entry->length - done, COPY_SIZE);

        rc = ft_pread_full(log->fd, log->buffer, part, entry->position + done);
        if (!rc)
            rc = ft_pwrite_full(fd, log->buffer, part, entry->offset + done);
        done += part;
    }
    return rc;
}

static int
apply_entry(struct ft_disk_log *log, const struct entry *entry, int fd)
{
    int rc = FT_FAULT("disk-log-apply");

    if (rc)
        return rc;
    if (entry->kind == KIND_DATA)
        return apply_data(log, entry, fd);
    return ft_disk_zero(fd, entry->offset, entry->length,
                        entry->kind == KIND_TRIM);
}

int
ft_disk_log_apply(struct ft_disk_log *log, const int *disk_fds, size_t n,
                  struct ft_error *err)
{
    for (size_t i = 0; i < log->count; i++) {
        const struct entry *entry = &log->entries[i];
        int rc = entry->disk < n
                     ? apply_entry(log, entry, disk_fds[entry->disk])
                     : -ENXIO;

        if (rc)
            return ft_fail(err, -rc,
                           rc == -ENOSPC ? "make room in the replica's storage "
                                           "pool"
                                         : NULL,
                           "cannot write %llu bytes at %llu to the replica of "
                           "disk %u: %s",
                           (unsigned long long)entry->length,
                           (unsigned long long)entry->offset, entry->disk,
                           strerror(-rc));
    }
    return 0;
}

/* Puts entry's part of [offset, offset+length) over data. */
static int
overlay_entry(struct ft_disk_log *log, const struct entry *entry,
              uint64_t offset, unsigned char *data, size_t length)
{
    uint64_t start = FT_MAX(entry->offset, offset);
    uint64_t end = FT_MIN(entry->offset + entry->length, offset + length);

    if (start >= end)
        return 0;
    if (entry->kind == KIND_DATA)
        return ft_pread_full(log->fd, data + (start - offset), end - start,
                             entry->position + (start - entry->offset));
    memset(data + (start - offset), 0, end - start);
    return 0;
}

int
ft_disk_log_read_overlay(struct ft_disk_log *log, unsigned disk, uint64_t offset,
                         void *data, size_t length, struct ft_error *err)
{
    int rc = check_range(disk, offset, length);

    for (size_t i = 0; !rc && i < log->count; i++)
        if (log->entries[i].disk == disk)
            rc = overlay_entry(log, &log->entries[i], offset, data, length);
    return rc ? ft_fail(err, -rc, NULL, "cannot read staged disk writes: %s",
                        strerror(-rc))
              : 0;
}

void
ft_disk_log_each(const struct ft_disk_log *log, ft_disk_log_range *each,
                 void *opaque)
{
    for (size_t i = 0; i < log->count; i++)
        each(opaque, log->entries[i].disk, log->entries[i].offset,
             log->entries[i].length);
}

int
ft_disk_log_reset(struct ft_disk_log *log)
{
    log->count = 0;
    log->bytes = 0;
    log->room_seen = 0;
    if (log->room > ROOM_KEPT) {
        free(log->entries);
        log->entries = NULL;
        log->room = 0;
    }
    return ftruncate(log->fd, 0) < 0 ? -errno : 0;
}

uint64_t
ft_disk_log_bytes(const struct ft_disk_log *log)
{
    return log->bytes;
}

size_t
ft_disk_log_entries(const struct ft_disk_log *log)
{
    return log->count;
}
