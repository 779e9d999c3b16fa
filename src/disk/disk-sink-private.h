/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker and its "ftengine disks" say to each other: disk-sink.h. */
#ifndef FT_DISK_DISK_SINK_PRIVATE_H
#define FT_DISK_DISK_SINK_PRIVATE_H

#include <limits.h>
#include <stdint.h>

#include "disk/nbd-server.h"

#define SINK_FD 3

enum sink_op { SINK_READ = 1, SINK_WRITE, SINK_ZERO };

/* First of all, with its exports behind it; answered by a reply. */
struct sink_setup {
    uint32_t uid, gid;
    uint64_t exports;
    char path[PATH_MAX];
};

struct sink_export {
    uint64_t size; /* bytes */
    char name[FT_NBD_NAME_MAX + 1];
};

/* Then from the process to the worker; a write's data follows. */
struct sink_request {
    uint32_t op, disk;
    uint64_t offset, length; /* bytes; of data: FT_NBD_PIECE_MAX */
    uint32_t fua, trim;
};

/* A read's data follows when rc is 0. */
struct sink_reply {
    int32_t rc; /* 0 or -errno */
};

#endif
