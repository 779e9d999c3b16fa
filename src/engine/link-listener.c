/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/link-listener.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "engine/sink.h"
#include "engine/supervisor.h"
#include "link/crowd.h"
#include "link/link.h"
#include "virt/loop.h"

#define WAITING_MAX 64
#define AT_ONCE 64 /* accepted in a turn of the loop */
#define PREAMBLE_MS 2000

struct newcomer {
    int fd, watch, timer;
    size_t place;
    size_t used;
    unsigned char data[FT_PREAMBLE_SIZE];
};

static struct newcomer *waiting[WAITING_MAX];
static struct ft_crowd_place places[WAITING_MAX]; /* of the same index */

/* Forgets the newcomer; its socket is closed unless it was stolen. */
static void
newcomer_free(struct newcomer *n)
{
    ft_loop_unwatch(n->watch);
    ft_loop_timer_free(n->timer);
    if (n->fd >= 0)
        close(n->fd);
    waiting[n->place] = NULL;
    free(n);
}

static void
on_late(void *opaque)
{
    newcomer_free(opaque);
}

static void
answer_ping(int fd, const char *pair)
{
    struct ft_link_pong pong = { .worker_runs = ft_supervisor_running(pair) };

    ft_boot_id(pong.boot);
    ft_link_ping_answer(fd, &pong);
}

static void
serve(struct newcomer *n)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_preamble preamble;
    char peer[80];

    ft_set_nonblocking(n->fd, 0);
    if (ft_preamble_decode(n->data, &preamble, &err)) {
        ft_tcp_peer_name(n->fd, peer, sizeof(peer));
        if (ft_log_of_strangers())
            ft_log(FT_LOG_WARN, "connection from %s refused: %s", peer,
                   err.text);
    } else if (preamble.kind == FT_PREAMBLE_PING) {
        answer_ping(n->fd, preamble.pair);
    } else if (preamble.kind == FT_PREAMBLE_SINK) {
        ft_sink_begin(preamble.pair, n->fd);
    } else if (ft_supervisor_pass_link(preamble.pair, n->fd)) {
        ft_log(FT_LOG_DEBUG, "no worker for a link of pair %s", preamble.pair);
    }
}

static void
on_newcomer(int fd, void *opaque)
{
    struct newcomer *n = opaque;
    ssize_t got =
        recv(fd, n->data + n->used, sizeof(n->data) - n->used, MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0 && (n->used += got) < sizeof(n->data))
        return;
    if (got > 0)
        serve(n);
    newcomer_free(n);
}

/* Whoever comes is let in: somebody else makes room. */
static size_t
find_place(void)
{
    size_t i = 0;

    while (i < WAITING_MAX && waiting[i])
        i++;
    if (i == WAITING_MAX) {
        i = ft_crowd_victim(places, WAITING_MAX);
        newcomer_free(waiting[i]);
    }
    return i;
}

static void
let_in(int fd)
{
    FT_AUTOCLOSE int accepted = fd;
    struct newcomer *n = calloc(1, sizeof(*n));

    if (!n)
        return;
    n->place = find_place();
    waiting[n->place] = n;
    places[n->place].since_ns = ft_clock_ns();
    places[n->place].stranger = true;
    ft_crowd_from(accepted, places[n->place].from);
    ft_tcp_tune(accepted);
    n->fd = ft_fd_steal(&accepted);
    n->timer = ft_loop_timer(on_late, n);
    ft_loop_timer_set(n->timer, PREAMBLE_MS);
    n->watch = ft_loop_watch(n->fd, on_newcomer, n);
    if (n->watch < 0)
        newcomer_free(n);
}

static void
on_listener(int fd, void *opaque)
{
    (void)opaque;
    for (int i = 0; i < AT_ONCE; i++) {
        int accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (accepted < 0)
            return;
        let_in(accepted);
    }
}

int
ft_link_listen(uint16_t port, struct ft_error *err)
{
    int fd, rc = ft_tcp_listen(port, &fd, err);

    if (rc)
        return rc;
    if (ft_loop_watch(fd, on_listener, NULL) < 0) {
        close(fd);
        return ft_fail(err, ENOMEM, NULL, "cannot watch port %u", port);
    }
    return 0;
}
