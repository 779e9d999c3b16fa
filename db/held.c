/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/held.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
ft_held_open(const char *database, int *fd, struct ft_error *err)
{
    char path[PATH_MAX + 8];

    snprintf(path, sizeof(path), "%s.lock", database);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0) /* where nothing can be made it can still be asked */
        *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0)
        return ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno));
    return 0;
}

/* FNV-1a, 64 bits (draft-eastlake-fnv), folded to the range. */
int64_t
ft_held_subject(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return FT_HELD_SUBJECTS + (int64_t)(hash >> 4);
}

static struct flock
byte_lock(int64_t byte, bool alone)
{
    struct flock lock = {
        .l_type = alone ? F_WRLCK : F_RDLCK,
        .l_whence = SEEK_SET,
        .l_start = byte,
        .l_len = 1,
    };

    return lock;
}

int
ft_held_take(int fd, int64_t byte, bool alone)
{
    struct flock lock = byte_lock(byte, alone);

    if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
        return 0;
    return errno == EACCES ? -EAGAIN : -errno;
}

bool
ft_held_by_other(int fd, int64_t byte)
{
    struct flock lock = byte_lock(byte, true);

    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}
