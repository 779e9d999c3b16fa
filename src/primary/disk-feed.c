/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/disk-feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/paths.h"
#include "disk/disk-changes.h"
#include "disk/disk-sink.h"
#include "link/page-codec.h"
#include "primary/disk-compare.h"
#include "primary/disk-feed-private.h"
#include "qemu/saver-marker.h"
#include "virt/block-copy.h"

#define SOCKET_NAME "disks.sock"

/*
 * Kept at most, in bytes, in each of two layers: while what is kept is soon on the
 * replica's storage, so little that it hardly gets out of the page cache; and while
 * the replica is away.
 */
#define KEPT_LINKED (UINT64_C(128) << 20)
#define KEPT_AWAY (UINT64_C(1) << 30)

/* With the lock held, as a write is taken. */
static void
note_written(struct ft_disk_feed *feed, unsigned disk, uint64_t offset,
             uint64_t length)
{
    if (disk == feed->looked_at.disk &&
        offset < feed->looked_at.offset + feed->looked_at.length &&
        feed->looked_at.offset < offset + length)
        feed->looked_at.written = true;
}

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
    pthread_mutex_lock(&feed->lock);
    note_written(feed, disk, offset, length);
    if (feed->keeps)
        ft_disk_changes_zero(feed->changes, disk, offset, length);
    if (!feed->holds &&
        !ft_disk_compare_zero(feed->compare, disk, offset, length))
        ft_outgoing_zero_disk(feed->out, disk, offset, length, trim);
    pthread_mutex_unlock(&feed->lock);
    return 0;
}

static int
on_write(void *opaque, unsigned disk, const void *data, uint64_t offset,
         size_t length, int fua)
{
    struct ft_disk_feed *feed = opaque;

    if (length % 64 == 0 && ft_is_zero(data, length))
        return on_zero(feed, disk, offset, length, 0, fua);
    atomic_fetch_add(&feed->brought, length);
    pthread_mutex_lock(&feed->lock);
    note_written(feed, disk, offset, length);
    if (feed->keeps)
        ft_disk_changes_write(feed->changes, disk, offset, data, length);
    if (!feed->holds &&
        !ft_disk_compare_write(feed->compare, disk, offset, data, length))
        ft_outgoing_write_disk(feed->out, disk, offset, data, length);
    pthread_mutex_unlock(&feed->lock);
    return 0;
}

int
ft_disk_feed_serve(struct ft_disk_feed *feed, const struct ft_vm *domain,
                   uint64_t kept, struct ft_error *err)
{
    static const struct ft_nbd_handlers handlers = {
        .read = on_read,
        .write = on_write,
        .zero = on_zero,
    };
    struct ft_nbd_export exports[FT_DISKS_MAX];
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
        feed->sizes[feed->count] = d->capacity;
        exports[feed->count++].size = d->capacity;
    }
    if (!feed->count)
        return 0;
    if (kept && !(feed->compare = ft_disk_compare_new(feed->out, kept,
                                                      feed->sizes, feed->count)))
        return ft_fail(err, ENOMEM, NULL, "no memory to compare the disks");
    return ft_disk_sink_start(feed->socket, domain->uid, domain->gid, exports,
                              feed->count, &handlers, feed, &feed->sink, err);
}

/* Without it a replica that was away is compared as a whole, and that is all. */
static void
prepare_changes(struct ft_disk_feed *feed, const char *folder)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_disk_changes_new(folder, FT_DISKS_MAX, KEPT_LINKED, &feed->changes,
                            &err))
        ft_log_error(&err, "keeping what is written to the disks");
}

/* What one of so many disks may have of most. */
static uint64_t
share_of(uint64_t most, size_t disks)
{
    return most && disks
               ? FT_MIN(FT_MAX(most / disks, UINT64_C(1)), (uint64_t)INT64_MAX)
               : 0;
}

struct ft_disk_feed *
ft_disk_feed_new(virDomainPtr dom, const struct ft_vm *domain,
                 const char *folder, const char *state_folder,
                 struct ft_outgoing *out)
{
    struct ft_disk_feed *f = calloc(1, sizeof(*f));

    if (!f)
        return NULL;
    pthread_mutex_init(&f->lock, NULL);
    virDomainRef(dom);
    f->dom = dom;
    f->folder = folder;
    f->out = out;
    f->pid = domain->pid;
    prepare_changes(f, state_folder);
    snprintf(f->socket, sizeof(f->socket), "%s/" SOCKET_NAME, folder);
    return f;
}

int
ft_disk_feed_start(virDomainPtr dom, const struct ft_vm *domain, uint64_t kept,
                   uint64_t most, const char *folder, const char *state_folder,
                   struct ft_outgoing *out, struct ft_disk_feed **feed,
                   struct ft_error *err)
{
    struct ft_disk_feed *f =
        ft_disk_feed_new(dom, domain, folder, state_folder, out);
    int rc;

    if (!f)
        return ft_fail(err, ENOMEM, NULL, "no memory for the disks");
    rc = ft_disk_feed_end_leftovers(dom, folder, err);
    if (!rc)
        rc = ft_disk_feed_serve(f, domain, kept, err);
    while (!rc && f->started < f->count) {
        f->speeds[f->started] = share_of(most, f->count);
        rc = ft_block_copy_start(dom, f->targets[f->started], f->socket,
                                 f->targets[f->started], f->speeds[f->started],
                                 err);
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
        feed->ready[i] = p.ready;
    }
    return 0;
}

int
ft_disk_feed_set_speed(struct ft_disk_feed *feed, uint64_t most,
                       struct ft_error *err)
{
    size_t i, copying = 0;
    int rc = 0;

    for (i = 0; i < feed->count; i++)
        copying += !feed->ready[i];
    for (i = 0; i < feed->count && !rc; i++) {
        uint64_t speed = feed->ready[i] ? 0 : share_of(most, copying);

        if (speed == feed->speeds[i])
            continue;
        rc = ft_block_copy_set_speed(feed->dom, feed->targets[i], speed, err);
        feed->speeds[i] = rc ? feed->speeds[i] : speed;
    }
    return rc;
}

uint64_t
ft_disk_feed_brought(const struct ft_disk_feed *feed)
{
    return atomic_load(&feed->brought);
}

uint64_t
ft_disk_feed_copied(struct ft_disk_feed *feed)
{
    uint64_t same = ft_disk_compare_end(feed->compare);

    pthread_mutex_lock(&feed->lock);
    feed->keeps = feed->changes != NULL;
    if (feed->keeps)
        ft_disk_changes_begin(feed->changes);
    pthread_mutex_unlock(&feed->lock);
    return same;
}

/* ----- what is kept ----- */

void
ft_disk_feed_settle(struct ft_disk_feed *feed, uint64_t open, uint64_t durable)
{
    pthread_mutex_lock(&feed->lock);
    if (feed->keeps)
        ft_disk_changes_settle(feed->changes, open, durable);
    if (feed->keeps && durable)
        ft_disk_changes_limit(feed->changes, KEPT_LINKED);
    pthread_mutex_unlock(&feed->lock);
}

const char *
ft_disk_feed_missing(struct ft_disk_feed *feed)
{
    const char *missing = "the copy before was not complete";

    pthread_mutex_lock(&feed->lock);
    if (feed->keeps)
        missing = ft_disk_changes_missing(feed->changes);
    pthread_mutex_unlock(&feed->lock);
    return missing;
}

uint64_t
ft_disk_feed_changed(struct ft_disk_feed *feed)
{
    uint64_t bytes = 0;

    pthread_mutex_lock(&feed->lock);
    if (feed->keeps)
        bytes = ft_disk_changes_bytes(feed->changes);
    pthread_mutex_unlock(&feed->lock);
    return bytes;
}

void
ft_disk_feed_hold(struct ft_disk_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    feed->holds = true;
    if (feed->keeps)
        ft_disk_changes_limit(feed->changes, KEPT_AWAY);
    pthread_mutex_unlock(&feed->lock);
}

static bool
has_same_disks(const struct ft_disk_feed *feed, const struct ft_vm *domain)
{
    size_t n = 0;

    for (size_t i = 0; i < domain->n_disks; i++) {
        const struct ft_vm_disk *d = &domain->disks[i];

        if (!ft_disk_is_replicated(d))
            continue;
        if (n == feed->count || feed->sizes[n] != d->capacity ||
            strcmp(feed->targets[n], d->target) != 0)
            return false;
        n++;
    }
    return n == feed->count;
}

const char *
ft_disk_feed_unfit(struct ft_disk_feed *feed, virDomainPtr dom,
                   const struct ft_vm *domain)
{
    struct ft_disk_feed_progress progress = { 0 };
    const char *missing = ft_disk_feed_missing(feed);

    virDomainRef(dom);
    virDomainFree(feed->dom);
    feed->dom = dom;

    if (missing)
        return missing;
    if (feed->pid != domain->pid)
        return "the VM was started anew";
    if (!has_same_disks(feed, domain))
        return "the VM's disks changed";
    if (ft_disk_feed_progress(feed, &progress, NULL) || progress.broken ||
        !progress.ready || ft_disk_feed_lacks_mirror(feed))
        return "a mirror of a disk ended";
    return NULL;
}

/* One run, with the lock held: 1, 0 at the end, or -errno. */
static int
send_run(struct ft_disk_feed *feed, struct ft_disk_changes_walk *walk,
         unsigned char *data, uint64_t *done, uint64_t *sent)
{
    struct ft_disk_changes_run run = { 0 };
    int rc = ft_disk_changes_missing(feed->changes) ? -ESTALE : 0;

    if (!rc)
        rc = FT_FAULT("disk-changes-send");
    if (!rc)
        rc = ft_disk_changes_next(feed->changes, walk, &run, data);
    if (rc <= 0)
        return rc;
    *done += run.length;
    *sent = run.zero ? 0 : run.length;
    rc = run.zero ? ft_outgoing_zero_disk(feed->out, run.disk, run.offset,
                                          run.length, 1)
                  : ft_outgoing_write_disk(feed->out, run.disk, run.offset,
                                           data, run.length);
    return rc ? rc : 1;
}

int
ft_disk_feed_send_changes(struct ft_disk_feed *feed,
                          int (*each)(void *opaque, uint64_t done,
                                      uint64_t sent),
                          void *opaque, struct ft_error *err)
{
    FT_AUTOFREE unsigned char *data = malloc(FT_CHUNK_SIZE);
    struct ft_disk_changes_walk walk = { 0 };
    uint64_t done = 0, sent = 0;
    int rc = 1;

    if (!data)
        return ft_fail(err, ENOMEM, NULL, "no memory to send a disk's changes");
    pthread_mutex_lock(&feed->lock);
    ft_disk_changes_again(feed->changes);
    feed->holds = false;
    pthread_mutex_unlock(&feed->lock);
    while (rc > 0) {
        pthread_mutex_lock(&feed->lock);
        rc = send_run(feed, &walk, data, &done, &sent);
        pthread_mutex_unlock(&feed->lock);
        if (rc > 0 && each(opaque, done, sent))
            rc = -ECANCELED;
    }
    return rc == -ESTALE
               ? ft_fail(err, ESTALE, NULL, "%s",
                         "more was written while the disks' changes were sent "
                         "than can be kept")
               : rc;
}

/* ----- the end ----- */

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
    ft_disk_changes_free(feed->changes);
    pthread_mutex_destroy(&feed->lock);
    virDomainFree(feed->dom);
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
