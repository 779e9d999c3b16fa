/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/nbd-server.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/local-socket.h"
#include "base/priority.h"
#include "disk/nbd-transmission.h"

enum slot_state { SLOT_FREE, SLOT_RUNNING, SLOT_DONE };

struct slot {
    struct ft_nbd *server;
    enum slot_state state; /* lock */
    int fd;                /* lock; -1 when closed */
    pthread_t thread;      /* joined by the accepting thread or by stop */
};

struct ft_nbd {
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
    struct ft_nbd_export exports[FT_NBD_EXPORTS_MAX];
    size_t export_count;
    struct ft_nbd_handlers handlers;
    void *opaque;
    int listener;
    int stop_event;
    pthread_t acceptor;
    pthread_mutex_t lock;
    struct slot slots[FT_NBD_CONNECTIONS_MAX];
};

static void *
connection_main(void *opaque)
{
    struct slot *slot = opaque;
    struct ft_nbd *server = slot->server;
    struct nbd_session session = {
        .fd = slot->fd,
        .exports = server->exports,
        .export_count = server->export_count,
        .handlers = server->handlers,
        .opaque = server->opaque,
    };

    if (server->handlers.write) /* a guest waits for those */
        ft_priority_brisk();
    /* Why a client left is its own log's business. */
    nbd_run(&session, NULL);
    pthread_mutex_lock(&server->lock);
    close(slot->fd);
    slot->fd = -1;
    slot->state = SLOT_DONE;
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

/* Joins threads that are done. Only the acceptor, and stop after it. */
static void
reap(struct ft_nbd *server)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(server->slots); i++) {
        struct slot *slot = &server->slots[i];
        enum slot_state state;

        pthread_mutex_lock(&server->lock);
        state = slot->state;
        pthread_mutex_unlock(&server->lock);
        if (state != SLOT_DONE)
            continue;
        pthread_join(slot->thread, NULL);
        pthread_mutex_lock(&server->lock);
        slot->state = SLOT_FREE;
        pthread_mutex_unlock(&server->lock);
    }
}

static struct slot *
free_slot(struct ft_nbd *server)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(server->slots); i++)
        if (server->slots[i].state == SLOT_FREE)
            return &server->slots[i];
    return NULL;
}

/* Starts a thread for fd, or closes it. */
static void
take_connection(struct ft_nbd *server, int fd)
{
    struct slot *slot;

    reap(server);
    pthread_mutex_lock(&server->lock);
    slot = free_slot(server);
    if (slot) {
        slot->server = server;
        slot->fd = fd;
        slot->state = SLOT_RUNNING;
        if (pthread_create(&slot->thread, NULL, connection_main, slot)) {
            slot->state = SLOT_FREE;
            slot->fd = -1;
            slot = NULL;
        }
    }
    pthread_mutex_unlock(&server->lock);
    if (!slot)
        close(fd);
}

static void *
acceptor_main(void *opaque)
{
    struct ft_nbd *server = opaque;
    struct pollfd polls[] = { { server->stop_event, POLLIN, 0 },
                              { server->listener, POLLIN, 0 } };

    for (;;) {
        int fd;

        if (poll(polls, 2, -1) < 0 && errno != EINTR)
            return NULL;
        if (polls[0].revents)
            return NULL;
        fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            take_connection(server, fd);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            poll(polls, 1, 100); /* the waiting client stays readable */
    }
}

static int
copy_exports(struct ft_nbd *server, const struct ft_nbd_export *exports,
             size_t n)
{
    if (!n || n > FT_NBD_EXPORTS_MAX)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        if (strlen(exports[i].name) > FT_NBD_NAME_MAX ||
            exports[i].size > INT64_MAX)
            return -EINVAL;
        server->exports[i].size = exports[i].size;
        server->exports[i].name = strdup(exports[i].name);
        if (!server->exports[i].name)
            return -ENOMEM;
        server->export_count++;
    }
    return 0;
}

static void
nbd_free(struct ft_nbd *server)
{
    for (size_t i = 0; i < server->export_count; i++)
        free((char *)server->exports[i].name);
    if (server->listener >= 0)
        close(server->listener);
    if (server->stop_event >= 0)
        close(server->stop_event);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

static int
start(struct ft_nbd *server, uid_t uid, gid_t gid,
      const struct ft_nbd_export *exports, size_t n)
{
    int rc = copy_exports(server, exports, n);

    if (rc)
        return rc;
    server->stop_event = eventfd(0, EFD_CLOEXEC);
    if (server->stop_event < 0)
        return -errno;
    rc = ft_socket_listen(server->path, uid, gid, &server->listener);
    if (rc)
        return rc;
    rc = -pthread_create(&server->acceptor, NULL, acceptor_main, server);
    if (rc)
        unlink(server->path);
    return rc;
}

int
ft_nbd_start(const char *path, uid_t uid, gid_t gid,
             const struct ft_nbd_export *exports, size_t n,
             const struct ft_nbd_handlers *handlers, void *opaque,
             struct ft_nbd **server, struct ft_error *err)
{
    struct ft_nbd *fresh;
    int rc;

    if (strlen(path) >= sizeof(fresh->path))
        return ft_fail(err, ENAMETOOLONG, NULL,
                       "the path of a socket may have %zu bytes: %s",
                       sizeof(fresh->path) - 1, path);
    fresh = calloc(1, sizeof(*fresh));
    if (!fresh)
        return ft_fail(err, ENOMEM, NULL, "no memory for an NBD server");
    strcpy(fresh->path, path);
    fresh->handlers = *handlers;
    fresh->opaque = opaque;
    fresh->listener = fresh->stop_event = -1;
    pthread_mutex_init(&fresh->lock, NULL);
    rc = start(fresh, uid, gid, exports, n);
    if (rc) {
        nbd_free(fresh);
        return ft_fail(err, -rc, NULL, "cannot serve NBD at %s: %s", path,
                       strerror(-rc));
    }
    *server = fresh;
    return 0;
}

unsigned
ft_nbd_connections(struct ft_nbd *server)
{
    unsigned n = 0;

    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < FT_ARRAY_SIZE(server->slots); i++)
        n += server->slots[i].state == SLOT_RUNNING;
    pthread_mutex_unlock(&server->lock);
    return n;
}

/* Wakes every connection's thread, which then ends by itself. */
static void
hang_up(struct ft_nbd *server)
{
    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < FT_ARRAY_SIZE(server->slots); i++)
        if (server->slots[i].state == SLOT_RUNNING)
            shutdown(server->slots[i].fd, SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
}

/* Without the acceptor nobody else frees a slot or takes one. */
static void
join_all(struct ft_nbd *server)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(server->slots); i++) {
        int used;

        pthread_mutex_lock(&server->lock);
        used = server->slots[i].state != SLOT_FREE;
        pthread_mutex_unlock(&server->lock);
        if (used)
            pthread_join(server->slots[i].thread, NULL);
    }
}

void
ft_nbd_stop(struct ft_nbd *server)
{
    if (!server)
        return;
    eventfd_write(server->stop_event, 1);
    pthread_join(server->acceptor, NULL);
    unlink(server->path);
    hang_up(server);
    join_all(server);
    nbd_free(server);
}

int
ft_nbd_serve(int fd, const struct ft_nbd_export *exports, size_t n,
             const struct ft_nbd_handlers *handlers, void *opaque,
             struct ft_error *err)
{
    struct nbd_session session = {
        .fd = fd,
        .exports = exports,
        .export_count = n,
        .handlers = *handlers,
        .opaque = opaque,
    };
    int rc = nbd_run(&session, err);

    close(fd);
    return rc;
}
