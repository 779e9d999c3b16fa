/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/rehearsal-console.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/local-socket.h"
#include "pair/console-watch.h"

#define LOOK_MAX 65536 /* bytes taken at a look, at most */
#define ENTER_NS FT_NS_PER_S

struct ft_rehearsal_console_end {
    char path[160];
    int listener, fd; /* fd -1: QEMU has not come yet, or is gone */
    int64_t entered_ns;
    struct ft_console_watch watch;
};

int
ft_rehearsal_console_open(const char *path, uid_t uid, gid_t gid,
                          const char *pattern,
                          struct ft_rehearsal_console_end **out,
                          struct ft_error *err)
{
    struct ft_rehearsal_console_end *c = calloc(1, sizeof(*c));
    int rc = c ? ft_socket_listen(path, uid, gid, &c->listener) : -ENOMEM;

    if (rc) {
        free(c);
        return ft_fail(err, -rc, NULL, "cannot listen at %s: %s", path,
                       strerror(-rc));
    }
    c->fd = -1;
    snprintf(c->path, sizeof(c->path), "%s", path);
    ft_console_watch_begin(&c->watch, pattern);
    *out = c;
    return 0;
}

static void
hang_up(struct ft_rehearsal_console_end *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

static void
read_some(struct ft_rehearsal_console_end *c)
{
    char data[4096];

    for (size_t taken = 0; taken < LOOK_MAX && c->fd >= 0;) {
        ssize_t n = recv(c->fd, data, sizeof(data), 0);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            hang_up(c);
            return;
        }
        ft_console_watch_take(&c->watch, data, (size_t)n);
        taken += (size_t)n;
    }
}

/* What does not go is tried a second later. */
static void
press_enter(struct ft_rehearsal_console_end *c)
{
    int64_t now = ft_clock_ns();

    if (c->fd < 0 || c->watch.seen || now - c->entered_ns < ENTER_NS)
        return;
    c->entered_ns = now;
    (void)!send(c->fd, "\r", 1, MSG_NOSIGNAL);
}

bool
ft_rehearsal_console_look(struct ft_rehearsal_console_end *c)
{
    if (c->fd < 0)
        c->fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    read_some(c);
    press_enter(c);
    return c->watch.seen;
}

void
ft_rehearsal_console_close(struct ft_rehearsal_console_end *c)
{
    if (!c)
        return;
    hang_up(c);
    close(c->listener);
    unlink(c->path);
    free(c);
}
