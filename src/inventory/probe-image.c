/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an image has that its guest does not see: internal snapshots. QEMU is not
 * asked, for a command by hand marks a VM that is in no pair as tampered with;
 * the image's header has the number, and may be read while it is in use.
 *
 * Source: QEMU's docs/interop/qcow2.txt, "Header".
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "inventory/probe-private.h"

#define MAGIC 0x514649fb /* "QFI" 0xfb */
#define AT_VERSION 4
#define AT_SNAPSHOTS 60
#define SNAPSHOTS_MAX 65536 /* of QEMU, too */

unsigned
ft_probe_qcow2_snapshots(const uint8_t header[FT_QCOW2_HEADER])
{
    uint32_t count = ft_get_be32(header + AT_SNAPSHOTS);

    if (ft_get_be32(header) != MAGIC || ft_get_be32(header + AT_VERSION) < 2)
        return 0;
    return FT_MIN(count, SNAPSHOTS_MAX);
}

unsigned
ft_probe_snapshots(const char *path)
{
    FT_AUTOCLOSE int fd =
        open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    uint8_t header[FT_QCOW2_HEADER];
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 ||
        !(S_ISREG(st.st_mode) || S_ISBLK(st.st_mode)) ||
        ft_pread_full(fd, header, sizeof(header), 0) < 0)
        return 0;
    return ft_probe_qcow2_snapshots(header);
}
