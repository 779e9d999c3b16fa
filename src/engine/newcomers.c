/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/newcomers.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "virt/loop.h"
#include "worker/channel.h"

/* Its watch is removed once it has spoken. */
struct newcomer {
    int watch;
    ft_newcomer arrived;
};

static void
on_newcomer(int fd, void *opaque)
{
    struct newcomer *n = opaque;
    ft_newcomer arrived = n->arrived;
    FT_AUTOJSON json_t *message = NULL;
    FT_AUTOCLOSE int passed = -1;
    int rc = ft_channel_receive(fd, &message, &passed);

    if (rc == -EAGAIN)
        return;
    ft_loop_unwatch(n->watch);
    free(n);
    if (rc)
        close(fd);
    else
        arrived(fd, message);
}

static void
on_listener(int fd, void *opaque)
{
    const struct newcomer *model = opaque;
    FT_AUTOCLOSE int accepted =
        accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct newcomer *n;

    if (accepted < 0 || !(n = malloc(sizeof(*n))))
        return;
    *n = *model;
    n->watch = ft_loop_watch(accepted, on_newcomer, n);
    if (n->watch < 0)
        free(n);
    else
        ft_fd_steal(&accepted);
}

int
ft_newcomers_listen(const char *path, ft_newcomer arrived)
{
    struct newcomer *model = malloc(sizeof(*model));
    int fd = model ? ft_channel_listen(path) : -ENOMEM;

    if (fd < 0) {
        free(model);
        return fd;
    }
    *model = (struct newcomer){ -1, arrived };
    model->watch = ft_loop_watch(fd, on_listener, model);
    return model->watch < 0 ? model->watch : 0;
}
