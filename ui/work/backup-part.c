/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/backup-part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/*
 * QEMU locks bytes from 100 on of what it writes, in the same way (its
 * block/file-posix.c, RAW_LOCK_PERM_BASE): its file is to be free for that.
 */
#define OUR_BYTE 0
#define TRIES 100 /* each finds another file of that name */

int
ft_work_part_check(const char *file, struct ft_error *err)
{
    struct stat status;

    if (lstat(file, &status) < 0 && errno == ENOENT)
        return 0;
    return ft_fail(err, EEXIST, "Name another file, or remove it.",
                   "%s is there already", file);
}

/* A file system that knows no locks has one backup at a time by its user's word. */
static int
lock(int fd)
{
    struct flock one = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = OUR_BYTE, .l_len = 1
    };

    if (fcntl(fd, F_OFD_SETLK, &one) == 0)
        return 0;
    return errno == EAGAIN || errno == EACCES ? -EBUSY : 0;
}

/* Named or removed by its maker since it was opened, it is another file. */
static bool
is_still(int fd, const char *path)
{
    struct stat ours, there;

    return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* The guest's data is for nobody else's eyes. The descriptor, locked, or -errno. */
static int
open_own(const char *path)
{
    FT_AUTOCLOSE int fd = -1;
    struct stat status;
    int rc = 0;

    fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
              0600);
    if (fd < 0 || fstat(fd, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EEXIST;
    rc = lock(fd);
    if (!rc && !is_still(fd, path))
        rc = -ESTALE;
    if (!rc && (fchmod(fd, 0600) < 0 || ftruncate(fd, 0) < 0))
        rc = -errno;
    return rc ? rc : ft_fd_steal(&fd);
}

static int
explain(int rc, const char *path, struct ft_error *err)
{
    if (rc == -EBUSY)
        return ft_fail(err, EBUSY,
                       "Wait until that has ended, or name another file.",
                       "another backup is being written to %s", path);
    if (rc == -EEXIST)
        return ft_fail(err, EEXIST, "Name another file, or remove it.",
                       "%s is there already, and is no file", path);
    return ft_fail(err, -rc, NULL, "%s: %s", path, strerror(-rc));
}

int
ft_work_part_make(const char *file, struct ft_work_part *part,
                  struct ft_error *err)
{
    int rc, tries = 0;

    snprintf(part->path, sizeof(part->path), "%s.part", file);
    do
        part->fd = open_own(part->path);
    while (part->fd == -ESTALE && ++tries < TRIES);
    if (part->fd < 0) {
        rc = explain(part->fd == -ESTALE ? -EBUSY : part->fd, part->path, err);
        *part->path = '\0';
        return rc;
    }
    rc = ft_work_part_check(file,
                            err); /* its last maker may just have named it */
    if (rc)
        ft_work_part_remove(part);
    return rc;
}

static void
sync_folder(const char *path)
{
    FT_AUTOFREE char *folder = strdup(path);
    FT_AUTOCLOSE int fd = -1;

    if (!folder)
        return;
    *strrchr(folder, '/') = '\0';
    fd = open(*folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && fsync(fd) < 0)
        return; /* a file system that cannot has none to lose */
}

static void
forget(struct ft_work_part *part)
{
    close(part->fd);
    *part->path = '\0';
}

/* Never in the place of another file; some file systems cannot say so. */
int
ft_work_part_name(struct ft_work_part *part, const char *file,
                  struct ft_error *err)
{
    int rc = renameat2(AT_FDCWD, part->path, AT_FDCWD, file, RENAME_NOREPLACE);

    if (rc < 0 && errno == EINVAL)
        rc = access(file, F_OK) == 0 ? (errno = EEXIST, -1)
                                     : rename(part->path, file);
    if (rc < 0)
        return ft_fail(err, errno, NULL, "%s: %s", file, strerror(errno));
    forget(part);
    sync_folder(file);
    return 0;
}

void
ft_work_part_remove(struct ft_work_part *part)
{
    if (!*part->path)
        return;
    unlink(part->path); /* before somebody else can have it */
    forget(part);
}
