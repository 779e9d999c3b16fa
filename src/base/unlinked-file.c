/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/unlinked-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * NFS and some FUSE file systems have no O_TMPFILE; there a file with a name
 * exists for a moment.
 */
int
ft_unlinked_file(const char *folder)
{
    char path[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0)
        return fd;
    if (errno != EOPNOTSUPP && errno != EISDIR)
        return -errno;
    if ((size_t)snprintf(path, sizeof(path), "%s/.ftadmin-XXXXXX", folder) >=
        sizeof(path))
        return -ENAMETOOLONG;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    unlink(path);
    return fd;
}
