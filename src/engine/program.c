/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define PIECE 16384

/* Of two files of this size. */
static bool
contents_differ(int one, int two, uint64_t size)
{
    unsigned char a[PIECE], b[PIECE];

    for (uint64_t at = 0; at < size; at += PIECE) {
        size_t piece = (size_t)FT_MIN(size - at, (uint64_t)PIECE);

        if (ft_pread_full(one, a, piece, at) || ft_pread_full(two, b, piece, at))
            return false;
        if (memcmp(a, b, piece) != 0)
            return true;
    }
    return false;
}

bool
ft_program_differs(pid_t pid)
{
    FT_AUTOCLOSE int ours = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    FT_AUTOCLOSE int theirs = -1;
    struct stat one, two;
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    theirs = open(path, O_RDONLY | O_CLOEXEC);
    if (ours < 0 || theirs < 0 || fstat(ours, &one) || fstat(theirs, &two))
        return false;
    if (one.st_dev == two.st_dev && one.st_ino == two.st_ino)
        return false;
    return one.st_size != two.st_size ||
           contents_differ(ours, theirs, (uint64_t)one.st_size);
}
