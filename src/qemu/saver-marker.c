/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/saver-marker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "virt/qmp.h"

#define HELD "held\n"
#define CHECKPOINT "checkpoint\n"

static int
marker_path(const char *folder, char out[PATH_MAX])
{
    return snprintf(out, PATH_MAX, "%s/vm-stopped", folder) < PATH_MAX
               ? 0
               : -ENAMETOOLONG;
}

int
ft_saver_mark_set(const char *folder, enum ft_saver_mark mark)
{
    const char *text = mark == FT_SAVER_HELD ? HELD : CHECKPOINT;
    char path[PATH_MAX];
    FT_AUTOCLOSE int fd = -1;
    int rc = marker_path(folder, path);

    if (rc < 0)
        return rc;
    if (mark == FT_SAVER_RUNS)
        return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return fd < 0 ? -errno : ft_write_full(fd, text, strlen(text));
}

enum ft_saver_mark
ft_saver_mark_get(const char *folder)
{
    FT_AUTOFREE char *text = NULL;
    char path[PATH_MAX];

    if (marker_path(folder, path) < 0 || ft_file_read(path, 64, &text, NULL) < 0)
        return FT_SAVER_RUNS;
    return strcmp(text, HELD) == 0 ? FT_SAVER_HELD : FT_SAVER_CHECKPOINT;
}

int
ft_saver_suspend(virDomainPtr dom, const char *folder, enum ft_saver_mark mark,
                 struct ft_error *err)
{
    int rc = ft_saver_mark_set(folder, mark);

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "mark in %s: %s", folder, strerror(-rc));
    if (virDomainSuspend(dom) == 0)
        return 0;
    ft_virt_fail(err, EIO, NULL, "stop of the VM");
    ft_saver_mark_set(folder, FT_SAVER_RUNS);
    return -EIO;
}

int
ft_saver_resume(virDomainPtr dom, const char *folder, struct ft_error *err)
{
    int state = VIR_DOMAIN_NOSTATE;

    /* libvirt refuses it when somebody did it before us */
    if (virDomainResume(dom) < 0 &&
        (virDomainGetState(dom, &state, NULL, 0) < 0 ||
         state != VIR_DOMAIN_RUNNING))
        return ft_virt_fail(err, EIO, "start it: virsh resume",
                            "restart of the VM");
    ft_saver_mark_set(folder, FT_SAVER_RUNS);
    return 0;
}
