/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "inventory/flushes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/unlinked-file.h"

static int
flush(int fd, unsigned block, uint32_t *us)
{
    char data[FT_FLUSH_BYTES];
    int64_t began;
    int rc;

    memset(data, (int)(block % 251) + 1, sizeof(data));
    rc = ft_pwrite_full(fd, data, sizeof(data),
                        (uint64_t)(block % FT_FLUSHES) * sizeof(data));
    if (rc < 0)
        return rc;
    began = ft_clock_ns();
    if (fdatasync(fd) < 0)
        return -errno;
    *us = (uint32_t)FT_MIN((ft_clock_ns() - began) / FT_NS_PER_US,
                           (int64_t)UINT32_MAX);
    return 0;
}

/* The room first: the copy's files have theirs. */
static int
make_room(int fd)
{
    char zeros[FT_FLUSHES * FT_FLUSH_BYTES] = { 0 };
    int rc = ft_pwrite_full(fd, zeros, sizeof(zeros), 0);

    return rc < 0 || fdatasync(fd) == 0 ? rc : -errno;
}

int
ft_flushes_measure(const char *folder, struct ft_flushes_seen *seen,
                   struct ft_error *err)
{
    int64_t end = ft_clock_ns() + FT_FLUSHES_MS * FT_NS_PER_MS;
    FT_AUTOCLOSE int fd = ft_unlinked_file(folder);
    int rc = fd < 0 ? fd : make_room(fd);

    seen->count = 0;
    for (unsigned i = 0; rc == 0 && i < FT_FLUSHES && ft_clock_ns() < end; i++) {
        rc = flush(fd, i, &seen->us[i]);
        seen->count += rc == 0;
    }
    return rc < 0 ? ft_fail(err, -rc, NULL, "%.200s: %s", folder, strerror(-rc))
                  : 0;
}
