/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors that begin with what QEMU has recorded (virt/write-record.h). */
#include "config.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "link/page-codec.h"
#include "primary/disk-feed-private.h"
#include "virt/block-copy.h"
#include "virt/written.h"

#define READY_NS (5 * FT_NS_PER_S)
#define POLL_NS (5 * FT_NS_PER_MS)
#define TRIES 1000 /* of reading what is written meanwhile */

static int
start_new_mirrors(struct ft_disk_feed *f, const struct ft_recorded_disk *disks,
                  struct ft_error *err)
{
    struct ft_disk_feed_progress progress = { 0 };
    int64_t until = ft_clock_ns() + READY_NS;
    int rc = 0;

    while (!rc && f->started < f->count) {
        rc = ft_block_copy_start_new(f->dom, f->targets[f->started],
                                     disks[f->started].node, f->socket,
                                     f->targets[f->started], err);
        f->started += rc == 0;
    }
    while (!rc && !progress.ready) {
        rc = ft_disk_feed_progress(f, &progress, err);
        if (!rc && (progress.broken || ft_clock_ns() > until))
            rc = ft_fail(err, EIO, NULL, "a mirror of a disk does not begin");
        if (!rc && !progress.ready)
            ft_clock_sleep(POLL_NS);
    }
    return rc;
}

struct sending {
    struct ft_disk_feed *feed;
    struct ft_written *written;
    unsigned char *data; /* FT_CHUNK_SIZE bytes */
    uint64_t done;
};

/* With the lock held, and nothing was written there since it was read. */
static int
send_read(struct sending *s, unsigned disk, uint64_t offset, size_t length)
{
    return length % 64 == 0 && ft_is_zero(s->data, length)
               ? ft_outgoing_zero_disk(s->feed->out, disk, offset, length, 1)
               : ft_outgoing_write_disk(s->feed->out, disk, offset, s->data,
                                        length);
}

/*
 * QEMU writes to the disk first, and to us then. So what is read has all that the
 * mirror has brought before, and what is newer in it the mirror brings later: sent
 * before that, it is never the last word. Not if the mirror brought something there
 * meanwhile; then it is read again. The lock is not held for the reading: a QEMU that
 * waits for the guest's writes reads nothing for us.
 */
static int
send_piece(struct sending *s, unsigned disk, uint64_t offset, size_t length,
           struct ft_error *err)
{
    struct ft_disk_feed *f = s->feed;
    bool written = true;
    int rc = 0;

    for (int tries = 0; !rc && written && tries < TRIES; tries++) {
        pthread_mutex_lock(&f->lock);
        f->looked_at.disk = disk;
        f->looked_at.offset = offset;
        f->looked_at.length = length;
        f->looked_at.written = false;
        pthread_mutex_unlock(&f->lock);
        rc = ft_written_read(s->written, disk, s->data, length, offset, err);
        pthread_mutex_lock(&f->lock);
        written = f->looked_at.written;
        if (!rc && !written)
            rc = send_read(s, disk, offset, length);
        pthread_mutex_unlock(&f->lock);
    }
    s->done += length;
    return !rc && written
               ? ft_fail(err, EBUSY, NULL,
                         "the guest writes a part of a disk all the time")
               : rc;
}

static int
send_range(struct sending *s, unsigned disk,
           const struct ft_written_range *range,
           int (*each)(void *opaque, uint64_t done, uint64_t sent),
           void *opaque, struct ft_error *err)
{
    uint64_t at = range->offset, end = range->offset + range->length;
    int rc = 0;

    while (!rc && at < end) {
        size_t length = (size_t)FT_MIN(end - at, FT_CHUNK_SIZE);

        rc = send_piece(s, disk, at, length, err);
        at += length;
        if (!rc && each(opaque, s->done, length))
            rc = -ECANCELED;
    }
    return rc;
}

static int
send_recorded(struct sending *s, unsigned disk,
              int (*each)(void *opaque, uint64_t done, uint64_t sent),
              void *opaque, struct ft_error *err)
{
    uint64_t offset = 0;
    int rc;

    do {
        FT_AUTOFREE struct ft_written_range *ranges = NULL;
        size_t n = 0;

        rc = ft_written_next(s->written, disk, &offset, &ranges, &n, err);
        for (size_t i = 0; !rc && i < n; i++)
            rc = send_range(s, disk, &ranges[i], each, opaque, err);
    } while (!rc && offset);
    return rc;
}

int
ft_disk_feed_start_recorded(
    virDomainPtr dom, const struct ft_vm *domain,
    const struct ft_recorded_disk *disks, const char *id, const char *folder,
    const char *state_folder, struct ft_outgoing *out,
    int (*each)(void *opaque, uint64_t done, uint64_t sent), void *opaque,
    struct ft_disk_feed **feed, struct ft_error *err)
{
    FT_AUTOFREE unsigned char *data = malloc(FT_CHUNK_SIZE);
    struct ft_disk_feed *f =
        ft_disk_feed_new(dom, domain, folder, state_folder, out);
    struct sending s = { .feed = f, .data = data };
    int rc;

    *feed = f;
    if (!f || !data)
        return ft_fail(err, ENOMEM, NULL, "no memory for the disks");
    rc = ft_disk_feed_end_leftovers(dom, folder, err);
    if (!rc)
        rc = ft_disk_feed_serve(f, domain, 0, err);
    if (rc)
        return rc;
    ft_disk_feed_copied(f); /* what comes from now on follows what is sent */
    rc = start_new_mirrors(f, disks, err);
    /* the record is read when nothing escapes the mirrors any more */
    if (!rc)
        rc = ft_written_open(dom, folder, disks, f->count, id, &s.written, err);
    for (unsigned i = 0; !rc && i < f->count; i++)
        rc = send_recorded(&s, i, each, opaque, err);
    ft_written_close(s.written);
    return rc;
}
