/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/disk-sink.h"

#include <limits.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/priority.h"
#include "disk/disk-sink-private.h"

struct ft_disk_sink {
    struct ft_nbd_handlers handlers;
    void *opaque;
    size_t exports;
    char path[PATH_MAX];
    int fd;
    pid_t pid;
    pthread_mutex_t lock; /* held while a handler runs */
    bool stopped;         /* lock: handlers are gone */
    unsigned char data[FT_NBD_PIECE_MAX];
};

/* ----- the thread that serves the process ----- */

static int
carry_out(struct ft_disk_sink *s, const struct sink_request *r)
{
    const struct ft_nbd_handlers *h = &s->handlers;

    switch (r->op) {
    case SINK_READ:
        return h->read(s->opaque, r->disk, s->data, r->offset, r->length);
    case SINK_WRITE:
        return h->write(s->opaque, r->disk, s->data, r->offset, r->length,
                        r->fua);
    case SINK_ZERO:
        return h->zero(s->opaque, r->disk, r->offset, r->length, r->trim,
                       r->fua);
    default:
        return -EINVAL;
    }
}

static bool
is_sane(const struct ft_disk_sink *s, const struct sink_request *r)
{
    return r->disk < s->exports &&
           (r->op == SINK_ZERO || r->length <= sizeof(s->data));
}

static int
serve_one(struct ft_disk_sink *s)
{
    struct sink_request request;
    struct sink_reply reply = { 0 };
    int rc = ft_read_full(s->fd, &request, sizeof(request));

    if (!rc && !is_sane(s, &request))
        rc = -EPROTO;
    if (!rc && request.op == SINK_WRITE)
        rc = ft_read_full(s->fd, s->data, request.length);
    if (rc)
        return rc;
    pthread_mutex_lock(&s->lock);
    if (!s->stopped)
        reply.rc = carry_out(s, &request);
    else if (request.op == SINK_READ)
        reply.rc = -ESHUTDOWN;
    pthread_mutex_unlock(&s->lock);
    rc = ft_write_full(s->fd, &reply, sizeof(reply));
    if (!rc && !reply.rc && request.op == SINK_READ)
        rc = ft_write_full(s->fd, s->data, request.length);
    return rc;
}

static void
sink_free(struct ft_disk_sink *s)
{
    if (s->fd >= 0)
        close(s->fd);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static void *
serve(void *opaque)
{
    struct ft_disk_sink *s = opaque;
    bool stopped;

    ft_priority_brisk();
    while (serve_one(s) == 0)
        ;
    shutdown(s->fd, SHUT_RDWR);
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    /* who stops it frees it, unless that is over */
    pthread_mutex_lock(&s->lock);
    s->pid = 0;
    stopped = s->stopped;
    pthread_mutex_unlock(&s->lock);
    if (stopped)
        sink_free(s);
    return NULL;
}

/* ----- start and stop ----- */

static int
run_process(struct ft_disk_sink *s, int theirs)
{
    char name[] = "ftengine", subcommand[] = "disks";
    char *const argv[] = { name, subcommand, NULL };
    posix_spawn_file_actions_t actions;
    int rc = posix_spawn_file_actions_init(&actions);

    if (rc)
        return -rc;
    rc = posix_spawn_file_actions_adddup2(&actions, theirs, SINK_FD);
    if (!rc)
        rc = posix_spawn(&s->pid, "/proc/self/exe", &actions, NULL, argv,
                         environ);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

static int
send_setup(struct ft_disk_sink *s, uid_t uid, gid_t gid,
           const struct ft_nbd_export *exports, size_t n)
{
    struct sink_setup setup = { .uid = uid, .gid = gid, .exports = n };
    struct sink_reply reply;
    size_t i;
    int rc;

    strcpy(setup.path, s->path);
    rc = ft_write_full(s->fd, &setup, sizeof(setup));
    for (i = 0; i < n && !rc; i++) {
        struct sink_export e = { .size = exports[i].size };

        snprintf(e.name, sizeof(e.name), "%s", exports[i].name);
        rc = ft_write_full(s->fd, &e, sizeof(e));
    }
    if (!rc)
        rc = ft_read_full(s->fd, &reply, sizeof(reply));
    return rc ? rc : reply.rc;
}

static int
start(struct ft_disk_sink *s, uid_t uid, gid_t gid,
      const struct ft_nbd_export *exports, size_t n)
{
    FT_AUTOCLOSE int theirs = -1;
    pthread_t thread;
    int fds[2], rc;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    s->fd = fds[0];
    theirs = fds[1];
    rc = run_process(s, theirs);
    if (rc)
        return rc;
    ft_cleanup_close(&theirs);
    theirs = -1;
    rc = send_setup(s, uid, gid, exports, n);
    if (!rc)
        rc = -pthread_create(&thread, NULL, serve, s);
    if (!rc) {
        pthread_detach(thread);
        return 0;
    }
    shutdown(s->fd, SHUT_RDWR); /* and it ends */
    waitpid(s->pid, NULL, 0);
    return rc;
}

int
ft_disk_sink_start(const char *path, uid_t uid, gid_t gid,
                   const struct ft_nbd_export *exports, size_t n,
                   const struct ft_nbd_handlers *handlers, void *opaque,
                   struct ft_disk_sink **sink, struct ft_error *err)
{
    struct ft_disk_sink *s;
    int rc;

    if (strlen(path) >= sizeof(s->path) || n > FT_NBD_EXPORTS_MAX)
        return ft_fail(err, EINVAL, NULL, "%zu disks at %s", n, path);
    s = calloc(1, sizeof(*s));
    if (!s)
        return ft_fail(err, ENOMEM, NULL, "no memory for the disks");
    strcpy(s->path, path);
    s->handlers = *handlers;
    s->opaque = opaque;
    s->exports = n;
    s->fd = -1;
    pthread_mutex_init(&s->lock, NULL);
    rc = start(s, uid, gid, exports, n);
    if (rc) {
        sink_free(s);
        return ft_fail(err, -rc, NULL, "cannot serve the disks at %s: %s", path,
                       strerror(-rc));
    }
    *sink = s;
    return 0;
}

void
ft_disk_sink_stop(struct ft_disk_sink *s)
{
    bool ended;

    if (!s)
        return;
    unlink(s->path);
    pthread_mutex_lock(&s->lock);
    s->stopped = true;
    ended = s->pid == 0;
    if (!ended)
        shutdown(s->fd, SHUT_RDWR);
    pthread_mutex_unlock(&s->lock);
    if (ended)
        sink_free(s);
}
