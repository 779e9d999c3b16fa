/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/privileges.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Also those that this kernel knows and our headers do not. */
static int
bound(uint64_t keep)
{
    int c, rc = 0;

    for (c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
        if ((c > 63 || !(keep >> c & 1)) &&
            prctl(PR_CAPBSET_READ, c, 0, 0, 0) > 0 &&
            prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
            rc = -errno;
    return rc;
}

int
ft_privileges_keep(uint64_t keep)
{
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct sets[2];
    int i, rc = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
    int bounded = bound(keep);

    if (!rc)
        rc = bounded;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && !rc)
        rc = -errno;
    if (syscall(SYS_capget, &header, sets) < 0)
        return -errno;
    for (i = 0; i < 2; i++) {
        uint32_t word = (uint32_t)(keep >> (32 * i));

        sets[i].permitted &= word;
        sets[i].effective &= word;
        sets[i].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, sets) < 0 && !rc)
        rc = -errno;
    return rc;
}
