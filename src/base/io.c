/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

static int
wait_ready(int fd, short events)
{
    struct pollfd p = { fd, events, 0 };

    if (poll(&p, 1, -1) < 0 && errno != EINTR)
        return -errno;
    return 0;
}

/* What to do after a short or failed call: 0 try again, otherwise -errno. */
static int
after_failure(int fd, short events)
{
    if (errno == EINTR)
        return 0;
    if (errno == EAGAIN)
        return wait_ready(fd, events);
    return -errno;
}

int
ft_read_full(int fd, void *data, size_t size)
{
    char *at = data;

    while (size) {
        ssize_t n = read(fd, at, size);
        int rc = n < 0 ? after_failure(fd, POLLIN) : n ? 0 : -EPIPE;

        if (rc)
            return rc;
        if (n > 0) {
            at += n;
            size -= n;
        }
    }
    return 0;
}

int
ft_write_full(int fd, const void *data, size_t size)
{
    const char *at = data;

    while (size) {
        ssize_t n = write(fd, at, size);
        int rc = n < 0 ? after_failure(fd, POLLOUT) : 0;

        if (rc)
            return rc;
        if (n > 0) {
            at += n;
            size -= n;
        }
    }
    return 0;
}

int
ft_pread_full(int fd, void *data, size_t size, uint64_t offset)
{
    char *at = data;

    while (size) {
        ssize_t n = pread(fd, at, size, offset);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n == 0)
            return -EIO;
        if (n > 0) {
            at += n;
            size -= n;
            offset += n;
        }
    }
    return 0;
}

int
ft_pwrite_full(int fd, const void *data, size_t size, uint64_t offset)
{
    const char *at = data;

    while (size) {
        ssize_t n = pwrite(fd, at, size, offset);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            at += n;
            size -= n;
            offset += n;
        }
    }
    return 0;
}

int
ft_fallocate(int fd, int mode, uint64_t offset, uint64_t length)
{
    while (fallocate(fd, mode, (off_t)offset, (off_t)length) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

int
ft_file_read(const char *path, size_t limit, char **text, size_t *size)
{
    FT_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    FT_AUTOFREE char *data = NULL;
    size_t room = 4096, used = 0;

    if (fd < 0)
        return -errno;
    for (;;) {
        char *larger = used + 1 < room && data ? data : realloc(data, room *= 2);
        ssize_t n;

        if (!larger)
            return -ENOMEM;
        data = larger;
        n = read(fd, data + used, room - used - 1);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n == 0)
            break;
        used += n > 0 ? n : 0;
        if (used > limit)
            return -EFBIG;
    }
    data[used] = '\0';
    *text = FT_STEAL(data);
    if (size)
        *size = used;
    return 0;
}

static int
sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    char *slash;
    FT_AUTOCLOSE int fd = -1;

    snprintf(folder, sizeof(folder), "%s", path);
    slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return -errno;
    return 0;
}

static int
write_new_file(const char *path, const void *data, size_t size, mode_t mode)
{
    FT_AUTOCLOSE int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    int rc;

    if (fd < 0)
        return -errno;
    if (fchmod(fd, mode) < 0)
        return -errno;
    rc = ft_write_full(fd, data, size);
    if (!rc && fsync(fd) < 0)
        rc = -errno;
    return rc;
}

int
ft_file_replace(const char *path, const void *data, size_t size, mode_t mode)
{
    char fresh[PATH_MAX];
    int rc;

    if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >= sizeof(fresh))
        return -ENAMETOOLONG;
    rc = write_new_file(fresh, data, size, mode);
    if (!rc && rename(fresh, path) < 0)
        rc = -errno;
    if (rc) {
        unlink(fresh);
        return rc;
    }
    return sync_folder_of(path);
}

int
ft_make_folder(const char *path, mode_t mode)
{
    char part[PATH_MAX];
    char *at;

    if ((size_t)snprintf(part, sizeof(part), "%s", path) >= sizeof(part))
        return -ENAMETOOLONG;
    for (at = part + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        if (mkdir(part, mode) < 0 && errno != EEXIST)
            return -errno;
        *at = '/';
    }
    if (mkdir(part, mode) < 0 && errno != EEXIST)
        return -errno;
    return chmod(part, mode) < 0 ? -errno : 0;
}

int
ft_set_nonblocking(int fd, int on)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return -errno;
    flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return fcntl(fd, F_SETFL, flags) < 0 ? -errno : 0;
}
