/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/uuid.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/io.h"

int
ft_make_uuid(char out[FT_NEW_UUID_SIZE])
{
    FT_AUTOCLOSE int fd =
        open("/proc/sys/kernel/random/uuid", O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -errno : ft_read_full(fd, out, FT_NEW_UUID_SIZE - 1);

    out[FT_NEW_UUID_SIZE - 1] = '\0';
    return rc;
}
