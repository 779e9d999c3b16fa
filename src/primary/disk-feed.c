/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/disk-feed.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/paths.h"
#include "disk/disk-sink.h"
#include "link/page-codec.h"
#include "primary/disk-compare.h"
#include "qemu/saver-marker.h"
#include "virt/block-copy.h"

#define SOCKET_NAME "disks.sock"

struct ft_disk_feed {
    virDomainPtr dom;
    const char *folder; /* the owner's */
    struct ft_outgoing *out;
    struct ft_disk_sink *sink;
    struct ft_disk_compare *compare; /* NULL: nothing to compare with */
    char socket[PATH_MAX];
    char targets[FT_DISKS_MAX][32];
    size_t count, started;
};

/* Not needed by a mirror job; asked of the standby, which has the data. */
static int
on_read(void *opaque, unsigned disk, void *data, uint64_t offset, size_t length)
{
    struct ft_disk_feed *feed = opaque;

    return ft_outgoing_read_disk(feed->out, disk, offset, data, length);
}

/* Both are answered only after it is on its way; see the header on failure. */
static int
on_zero(void *opaque, unsigned disk, uint64_t offset, uint64_t length, int trim,
        int fua)
{
    struct ft_disk_feed *feed = opaque;

    (void)fua;
    if (!ft_disk_compare_zero(feed->compare, disk, offset, length))
        ft_outgoing_zero_disk(feed->out, disk, offset, length, trim);
    return 0;
}

static int
on_write(void *opaque, unsigned disk, const void *data, uint64_t offset,
         size_t length, int fua)
{
    struct ft_disk_feed *feed = opaque;

    if (length % 64 == 0 && ft_is_zero(data, length))
        return on_zero(feed, disk, offset, length, 0, fua);
    if (!ft_disk_compare_write(feed->compare, disk, offset, data, length))
        ft_outgoing_write_disk(feed->out, disk, offset, data, length);
    return 0;
}

static int
start_server(struct ft_disk_feed *feed, const struct ft_vm *domain,
             uint64_t kept, struct ft_error *err)
{
    static const struct ft_nbd_handlers handlers = {
        .read = on_read,
        .write = on_write,
        .zero = on_zero,
    };
    struct ft_nbd_export exports[FT_DISKS_MAX];
    uint64_t sizes[FT_DISKS_MAX];
    size_t i;

    for (i = 0; i < domain->n_disks; i++) {
        const struct ft_vm_disk *d = &domain->disks[i];

        if (!ft_disk_is_replicated(d))
            continue;
        if (feed->count == FT_DISKS_MAX)
            return ft_fail(err, E2BIG, NULL, "more than %d disks", FT_DISKS_MAX);
        snprintf(feed->targets[feed->count], sizeof(feed->targets[0]), "%s",
                 d->target);
        exports[feed->count].name = feed->targets[feed->count];
        sizes[feed->count] = d->capacity;
        exports[feed->count++].size = d->capacity;
    }
    if (!feed->count)
        return 0;
    if (kept && !(feed->compare =
                      ft_disk_compare_new(feed->out, kept, sizes, feed->count)))
        return ft_fail(err, ENOMEM, NULL, "no memory to compare the disks");
    return ft_disk_sink_start(feed->socket, domain->uid, domain->gid, exports,
                              feed->count, &handlers, feed, &feed->sink, err);
}

int
ft_disk_feed_start(virDomainPtr dom, const struct ft_vm *domain, uint64_t kept,
                   const char *folder, struct ft_outgoing *out,
                   struct ft_disk_feed **feed, struct ft_error *err)
{
    struct ft_disk_feed *f = calloc(1, sizeof(*f));
    int rc;

    if (!f)
        return ft_fail(err, ENOMEM, NULL, "no memory for the disks");
    f->dom = dom;
    f->folder = folder;
    f->out = out;
    snprintf(f->socket, sizeof(f->socket), "%s/" SOCKET_NAME, folder);
    rc = ft_disk_feed_end_leftovers(dom, folder, err);
    if (!rc)
        rc = start_server(f, domain, kept, err);
    while (!rc && f->started < f->count) {
        rc = ft_block_copy_start(dom, f->targets[f->started], f->socket,
                                 f->targets[f->started], err);
        f->started += rc == 0;
    }
    if (rc) {
        ft_disk_feed_stop(f);
        return rc;
    }
    *feed = f;
    return 0;
}

int
ft_disk_feed_progress(struct ft_disk_feed *feed,
                      struct ft_disk_feed_progress *progress,
                      struct ft_error *err)
{
    size_t i;

    *progress = (struct ft_disk_feed_progress){ .ready = 1 };
    for (i = 0; i < feed->count; i++) {
        struct ft_block_copy_progress p;
        int rc = ft_block_copy_progress(feed->dom, feed->targets[i], &p, err);

        if (rc)
            return rc;
        progress->done += p.done;
        progress->total += p.total;
        progress->ready &= p.ready;
        progress->broken |= !p.active;
    }
    return 0;
}

uint64_t
ft_disk_feed_copied(struct ft_disk_feed *feed)
{
    return ft_disk_compare_end(feed->compare);
}

static int
is_running(virDomainPtr dom)
{
    int state;

    return virDomainGetState(dom, &state, NULL, 0) == 0 &&
           state == VIR_DOMAIN_RUNNING;
}

/*
 * A mirror that is ended before it is ready, or fails, frees what the guest's
 * writes in flight go on to use: that corrupts QEMU's heap (seen with 7.2;
 * block/mirror.c, mirror_run at immediate_exit: in_flight_bitmap). So there are
 * none: the VM stands meanwhile. *stopped says that it was not so before.
 */
static int
quiesce(virDomainPtr dom, const char *folder, bool *stopped,
        struct ft_error *err)
{
    int rc;

    *stopped = false;
    if (!is_running(dom))
        return 0;
    rc = ft_saver_suspend(dom, folder, FT_SAVER_CHECKPOINT, err);
    *stopped = rc == 0;
    return rc;
}

static int
end_copies(struct ft_disk_feed *feed, struct ft_error *err)
{
    struct ft_disk_feed_progress progress = { 0 };
    bool stopped = false;
    size_t i;
    int rc = ft_disk_feed_progress(feed, &progress, err), one;

    if (!rc && !progress.ready)
        rc = quiesce(feed->dom, feed->folder, &stopped, err);
    if (rc)
        return rc;
    for (i = 0; i < feed->started; i++) {
        one = ft_block_copy_abort(feed->dom, feed->targets[i], rc ? NULL : err);
        rc = rc ? rc : one;
    }
    if (stopped && ft_saver_resume(feed->dom, feed->folder, rc ? NULL : err))
        rc = rc ? rc : -EIO;
    return rc;
}

int
ft_disk_feed_lacks_mirror(struct ft_disk_feed *feed)
{
    unsigned count = 0;
    int rc = 0;

    if (feed)
        rc = ft_block_copy_count_running(feed->dom, &count, NULL);
    return rc ? rc : feed && count < feed->count;
}

void
ft_disk_feed_stop(struct ft_disk_feed *feed)
{
    struct ft_error err = FT_ERROR_INIT;

    if (!feed)
        return;
    /* what cannot be ended now goes on into the sink's process */
    if (feed->started && end_copies(feed, &err))
        ft_log_error(&err, "ending the copies of the disks");
    ft_disk_sink_stop(feed->sink);
    ft_disk_compare_free(feed->compare);
    free(feed);
}

int
ft_disk_feed_end_leftovers(virDomainPtr dom, const char *folder,
                           struct ft_error *err)
{
    static const char prefix[] = FT_RUN_FOLDER "/";
    unsigned count;
    bool stopped;
    int resumed, rc = ft_block_copy_count_leftovers(dom, prefix, &count, err);

    if (rc || !count)
        return rc;
    rc = quiesce(dom, folder, &stopped, err);
    if (rc)
        return rc;
    rc = ft_block_copy_end_leftovers(dom, prefix, &count, err);
    resumed = stopped ? ft_saver_resume(dom, folder, rc ? NULL : err) : 0;
    return rc ? rc : resumed;
}
