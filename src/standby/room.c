/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/room.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/limits.h"

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

#define MIB(bytes) ((unsigned long long)((bytes) >> 20))

static uint64_t
missing(const struct ft_room_seen *seen)
{
    return seen->capacity - FT_MIN(seen->capacity, seen->allocated);
}

bool
ft_room_for_rest(const struct ft_room_seen *seen)
{
    uint64_t edge = ft_storage_edge(seen->total);

    return seen->available >= edge && seen->available - edge >= missing(seen);
}

static int
is_full(const char *path, const struct ft_room_seen *seen, uint64_t needed,
        struct ft_error *err)
{
    uint64_t edge = ft_storage_edge(seen->total);
    char hint[160];

    snprintf(hint, sizeof(hint),
             "Make room there: %llu MiB are free, %llu MiB are needed, and "
             "the last %llu MiB are not taken.",
             MIB(seen->available), MIB(needed + (1 << 20) - 1), MIB(edge));
    return ft_fail(err, ENOSPC, hint, "the storage of replica %s is full", path);
}

static int
see(int fd, const char *path, struct ft_room_seen *seen, struct ft_error *err)
{
    struct statvfs fs;
    struct stat st;

    if (fstat(fd, &st) < 0 || fstatvfs(fd, &fs) < 0)
        return ft_fail(err, errno, "See to the storage of this host.",
                       "the room for replica %s is not known: %s", path,
                       strerror(errno));
    seen->allocated = (uint64_t)st.st_blocks * 512;
    seen->total = (uint64_t)fs.f_blocks * fs.f_frsize;
    seen->available = (uint64_t)fs.f_bavail * fs.f_frsize;
    return 0;
}

/* File systems that write where they allocated: others need room to write anew. */
static bool
writes_in_place(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && ((uint64_t)fs.f_type == EXT4_SUPER_MAGIC ||
                                     (uint64_t)fs.f_type == XFS_SUPER_MAGIC);
}

static bool
punches(int fd, uint64_t capacity)
{
    return ft_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                        capacity, 4096) == 0;
}

static int
check_rest(const char *path, const struct ft_room_seen *seen,
           struct ft_error *err)
{
    return ft_room_for_rest(seen) ? 0 : is_full(path, seen, missing(seen), err);
}

/* What holds no data: a reservation that came half way has filled the pool. */
static void
give_back(int fd, uint64_t capacity)
{
    off_t hole = 0, size = (off_t)capacity;

    while ((hole = lseek(fd, hole, SEEK_HOLE)) >= 0 && hole < size) {
        off_t data = lseek(fd, hole, SEEK_DATA);
        off_t end = data < 0 ? size : data;

        if (ft_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                         (uint64_t)hole, (uint64_t)(end - hole)))
            return;
        hole = end;
    }
}

static int
reserve(int fd, const char *path, const struct ft_room_seen *seen,
        struct ft_error *err)
{
    int rc = check_rest(path, seen, err);

    if (rc)
        return rc;
    rc = ft_fallocate(fd, 0, 0, seen->capacity);
    if (!rc)
        rc = FT_FAULT("replica-reserve");
    if (rc != -ENOSPC && rc != -EDQUOT)
        return rc;
    give_back(fd, seen->capacity); /* somebody was faster */
    return is_full(path, seen, missing(seen), err);
}

int
ft_room_take(int fd, const char *path, uint64_t capacity, struct ft_room *room,
             struct ft_error *err)
{
    struct ft_room_seen seen = { .capacity = capacity };
    int rc = see(fd, path, &seen, err);

    *room = (struct ft_room){ false, false };
    if (rc)
        return rc;
    rc = writes_in_place(fd) ? reserve(fd, path, &seen, err) : -EOPNOTSUPP;
    room->reserved = rc == 0;
    if (rc != -EOPNOTSUPP)
        return rc == 0 || rc == -ENOSPC
                   ? rc
                   : ft_fail(err, -rc, "See to the storage of this host.",
                             "no room for replica %s could be reserved: %s",
                             path, strerror(-rc));
    room->punches = punches(fd, capacity);
    return check_rest(path, &seen, err);
}

int
ft_room_look(int fd, const char *path, uint64_t bytes, struct ft_error *err)
{
    struct ft_room_seen seen = { .capacity = bytes };
    int rc = see(fd, path, &seen, err);

    if (rc)
        return rc;
    seen.allocated = 0; /* what is written may all be new */
    if (FT_FAULT("replica-room"))
        seen.available = 0;
    return check_rest(path, &seen, err);
}
