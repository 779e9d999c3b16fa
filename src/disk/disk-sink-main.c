/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process of disk-sink.h: an NBD server that outlives its worker. */
#include "config.h"

#include "disk/disk-sink.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"
#include "base/privileges.h"
#include "disk/disk-sink-private.h"

#define LOOK_MS 100

static struct {
    pthread_mutex_t lock; /* of the socket: one request at a time */
    atomic_bool orphan;   /* the worker is gone */
} process = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct sink_setup setup;
static struct sink_export exports[FT_NBD_EXPORTS_MAX];

static int
exchange(const struct sink_request *r, const void *data, void *answer,
         struct sink_reply *reply)
{
    int rc = ft_write_full(SINK_FD, r, sizeof(*r));

    if (!rc && data)
        rc = ft_write_full(SINK_FD, data, r->length);
    if (!rc)
        rc = ft_read_full(SINK_FD, reply, sizeof(*reply));
    if (!rc && !reply->rc && answer)
        rc = ft_read_full(SINK_FD, answer, r->length);
    return rc;
}

/* With no worker left everything is well; only a read needs what it had. */
static int
ask(const struct sink_request *r, const void *data, void *answer)
{
    struct sink_reply reply = { 0 };

    pthread_mutex_lock(&process.lock);
    if (!atomic_load(&process.orphan) && exchange(r, data, answer, &reply))
        atomic_store(&process.orphan, true);
    pthread_mutex_unlock(&process.lock);
    if (!atomic_load(&process.orphan))
        return reply.rc;
    return r->op == SINK_READ ? -EIO : 0;
}

static int
on_read(void *opaque, unsigned disk, void *data, uint64_t offset, size_t length)
{
    struct sink_request r = { SINK_READ, disk, offset, length, 0, 0 };

    (void)opaque;
    return ask(&r, NULL, data);
}

static int
on_write(void *opaque, unsigned disk, const void *data, uint64_t offset,
         size_t length, int fua)
{
    struct sink_request r = { SINK_WRITE, disk, offset, length, fua, 0 };

    (void)opaque;
    return ask(&r, data, NULL);
}

static int
on_zero(void *opaque, unsigned disk, uint64_t offset, uint64_t length, int trim,
        int fua)
{
    struct sink_request r = { SINK_ZERO, disk, offset, length, fua, trim };

    (void)opaque;
    return ask(&r, NULL, NULL);
}

static int
read_setup(struct ft_nbd_export out[])
{
    size_t i;
    int rc = ft_read_full(SINK_FD, &setup, sizeof(setup));

    if (rc || setup.exports > FT_NBD_EXPORTS_MAX)
        return rc ? rc : -E2BIG;
    setup.path[sizeof(setup.path) - 1] = '\0';
    for (i = 0; i < setup.exports && !rc; i++) {
        rc = ft_read_full(SINK_FD, &exports[i], sizeof(exports[i]));
        exports[i].name[sizeof(exports[i].name) - 1] = '\0';
        out[i] = (struct ft_nbd_export){ exports[i].name, exports[i].size };
    }
    return rc;
}

/* Until the worker has gone, and then until QEMU has. */
static void
wait_for_the_end(struct ft_nbd *server)
{
    struct pollfd worker = { SINK_FD, POLLRDHUP, 0 };

    while (!atomic_load(&process.orphan))
        if (poll(&worker, 1, -1) > 0 && worker.revents)
            atomic_store(&process.orphan, true);
    while (ft_nbd_connections(server))
        poll(NULL, 0, LOOK_MS);
}

int
ft_disk_sink_main(void)
{
    static const struct ft_nbd_handlers handlers = {
        .read = on_read, .write = on_write, .zero = on_zero,
        /* no flush: what is written is durable once its epoch is committed, and
         * QEMU would flush at every stop, while the VM stands */
    };
    struct ft_nbd_export list[FT_NBD_EXPORTS_MAX];
    struct sink_reply reply;
    struct ft_nbd *server;
    struct ft_error err = FT_ERROR_INIT;

    /*
     * QEMU, which may be the guest's, talks to this process. The socket is given
     * to QEMU's user, an old one's is asked whether somebody listens, and the
     * threads are brisk; what the kernel refuses is no reason to stop.
     */
    ft_privileges_keep(FT_KEEP_DISKS);
    signal(SIGPIPE, SIG_IGN);
    /* the worker's line to the daemon, above all: its end must be seen */
    close_range(SINK_FD + 1, ~0U, 0);
    if (read_setup(list))
        return 1;
    reply.rc = ft_nbd_start(setup.path, setup.uid, setup.gid, list,
                            setup.exports, &handlers, NULL, &server, &err);
    if (ft_write_full(SINK_FD, &reply, sizeof(reply)) || reply.rc)
        return 1;
    wait_for_the_end(server);
    /* a successor may listen at that path by now: nothing to unlink */
    return 0;
}
