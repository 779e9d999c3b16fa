/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "disk/disk-log.h"

/* Zeros that are written where nothing cheaper works. */
static const unsigned char zeros[64 * 1024];

static int
write_zeros(int fd, uint64_t offset, uint64_t length)
{
    int rc = 0;

    while (!rc && length) {
        size_t part = FT_MIN(length, sizeof(zeros));

        rc = ft_pwrite_full(fd, zeros, part, offset);
        offset += part;
        length -= part;
    }
    return rc;
}

/*
 * Codes by which file systems and devices say that they cannot do this, in
 * whole or for this alignment.
 */
static int
cannot(int rc)
{
    return rc == -EOPNOTSUPP || rc == -ENOSYS || rc == -EINVAL ||
           rc == -ENODEV || rc == -EPERM;
}

/* Makes a file long enough that a hole can end at end; devices are. */
static int
reach(int fd, uint64_t end)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size >= end)
        return 0;
    return ftruncate(fd, (off_t)end) < 0 ? -errno : 0;
}

int
ft_disk_zero(int fd, uint64_t offset, uint64_t length, int trim)
{
    int rc = -EOPNOTSUPP;

    if (!length)
        return 0;
    if (trim) {
        rc = reach(fd, offset + length);
        if (!rc)
            rc = ft_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                              offset, length);
    }
    if (cannot(rc))
        rc = ft_fallocate(fd, FALLOC_FL_ZERO_RANGE, offset, length);
    if (cannot(rc))
        rc = write_zeros(fd, offset, length);
    return rc;
}
