/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "engine/control-server.h"

/* Copies what is there; 0 at the end of the stream. */
static int
copy_some(int from, int to)
{
    char data[65536];
    ssize_t n = read(from, data, sizeof(data));

    if (n < 0)
        return errno == EINTR || errno == EAGAIN ? 1 : 0;
    return n > 0 && ft_write_full(to, data, n) == 0;
}

int
ft_control_bridge(const char *path, const char *server)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    FT_AUTOCLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct pollfd p[2] = { { STDIN_FILENO, POLLIN, 0 }, { fd, POLLIN, 0 } };

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd < 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        fprintf(stderr, "ftengine: %s does not answer on %s: %s\n", server,
                path, strerror(errno));
        return 1;
    }
    for (;;) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            return 1;
        if (p[1].revents && !copy_some(fd, STDOUT_FILENO))
            return 0;
        if (p[0].revents && !copy_some(STDIN_FILENO, fd)) {
            shutdown(fd, SHUT_WR);
            p[0].fd = -1;
        }
    }
}
