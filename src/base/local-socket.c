/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/local-socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"

/* A socket that a dead server left is in the way; anything else stays. */
static void
remove_old_socket(const char *path)
{
    struct stat status;

    if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
        unlink(path);
}

int
ft_socket_listen(const char *path, uid_t uid, gid_t gid, int *out)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    FT_AUTOCLOSE int fd =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    remove_old_socket(path);
    /* The mode that bind(2) gives the file: there is no moment of 0777. */
    if (fchmod(fd, 0600) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return -errno;
    if ((uid != (uid_t)-1 || gid != (gid_t)-1) && lchown(path, uid, gid) < 0) {
        int rc = -errno;

        unlink(path);
        return rc;
    }
    if (listen(fd, 16) < 0)
        return -errno;
    *out = ft_fd_steal(&fd);
    return 0;
}
