/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/channel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/json.h"

static void
fill_address(struct sockaddr_un *address, const char *path)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
}

int
ft_channel_listen(const char *path)
{
    struct sockaddr_un address;
    FT_AUTOCLOSE int fd =
        socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    fill_address(&address, path);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        chmod(path, 0600) < 0 || listen(fd, 32) < 0)
        return -errno;
    return ft_fd_steal(&fd);
}

int
ft_channel_connect(const char *path)
{
    struct sockaddr_un address;
    FT_AUTOCLOSE int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    fill_address(&address, path);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return -errno;
    return ft_fd_steal(&fd);
}

union fd_control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
};

int
ft_channel_send(int fd, json_t *message, int passed_fd)
{
    FT_AUTOFREE char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
    union fd_control control = { 0 };
    struct iovec iov = { text, text ? strlen(text) : 0 };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

    json_decref(message);
    if (!text)
        return -ENOMEM;
    if (iov.iov_len > FT_CHANNEL_MESSAGE_MAX)
        return -EMSGSIZE;
    if (passed_fd >= 0) {
        msg.msg_control = &control;
        msg.msg_controllen = sizeof(control);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &passed_fd, sizeof(int));
    }
    if (sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return -errno;
    return 0;
}

static int
passed_descriptor(struct msghdr *msg)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(msg);
    int fd;

    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
        return -1;
    memcpy(&fd, CMSG_DATA(c), sizeof(fd));
    return fd;
}

int
ft_channel_receive(int fd, json_t **message, int *passed_fd)
{
    FT_AUTOFREE char *text = malloc(FT_CHANNEL_MESSAGE_MAX);
    union fd_control control;
    struct iovec iov = { text, FT_CHANNEL_MESSAGE_MAX };
    struct msghdr msg = { .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = &control,
                          /* not CMSG_SPACE: its padding has room for another */
                          .msg_controllen = CMSG_LEN(sizeof(int)) };
    FT_AUTOCLOSE int received = -1;
    ssize_t n;

    if (!text)
        return -ENOMEM;
    n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    /* closed with messages that it had not read: told once, before its last words */
    if (n < 0 && errno == ECONNRESET)
        n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EINTR ? -EAGAIN : -errno;
    received = passed_descriptor(&msg);
    if (n == 0)
        return -EPIPE;
    if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
        ft_json_parse(text, n, message, NULL))
        return -EBADMSG;
    *passed_fd = ft_fd_steal(&received);
    return 0;
}
