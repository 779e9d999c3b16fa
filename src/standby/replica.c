/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/replica.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/io.h"
#include "standby/older-image.h"
#include "standby/snapshot-slot.h"
#include "standby/staged-pages.h"
#include "standby/write-back.h"

/* Disk writes of one epoch at most, in bytes: the primary ends it long before. */
#define DISK_LOG_LIMIT (UINT64_C(4) << 30)

/* What zeros count for when they are brought to the storage. */
#define ZEROS_DIRTY 4096

/* Of a replica that is compared. */
#define READ_AHEAD_BYTES ((off_t)8 << 20)

/* The first copy looks for room each time it has written so much. */
#define LOOK_BYTES (UINT64_C(16) << 20)

static size_t
disk_files(const struct ft_replica *r, int fds[FT_DISKS_MAX])
{
    for (size_t i = 0; i < r->n_disks; i++)
        fds[i] = r->disks[i].fd;
    return r->n_disks;
}

static void
check_seals(struct ft_replica *r, const int *fds, size_t n)
{
    if (!ft_replica_check_seals(&r->seals, fds, n))
        ft_write_back_drop_base(r->write_back);
}

static void
seal(struct ft_replica *r, const int *fds, size_t n, bool all)
{
    if (!ft_replica_seal(&r->seals, fds, n, all))
        ft_write_back_drop_base(r->write_back);
}

int
ft_replica_open(struct ft_replica *r, const char *folder, struct ft_error *err)
{
    int fds[FT_DISKS_MAX];
    uint64_t sizes[FT_RAM_BLOCKS_MAX];
    size_t i;
    int rc = 0;

    for (i = 0; i < r->n_blocks; i++)
        sizes[i] = r->blocks[i].size;
    for (i = 0; i < r->n_disks; i++)
        r->disk_sizes[i] = r->disks[i].capacity;
    r->decoder = ft_page_decoder_new(sizes, r->n_blocks);
    r->pages = ft_staged_pages_new(r->pid, r->blocks, r->n_blocks);
    r->changes = ft_changed_chunks_new(r->disk_sizes, r->n_disks);
    if (!r->decoder || !r->pages || !r->changes)
        return ft_fail(err, ENOMEM, NULL, "no memory for the replica");
    for (i = 0; i < 2 && !rc; i++)
        rc = ft_disk_log_new(folder, DISK_LOG_LIMIT, &r->logs[i], err);
    if (rc)
        return rc;
    rc = ft_write_back_begin(r->write_back, fds, disk_files(r, fds));
    if (!rc && r->seals.base.id[0])
        ft_write_back_keep_base(r->write_back, folder, &r->seals.base,
                                r->seals.based);
    if (!rc && r->seals.based)
        seal(r, fds, disk_files(r, fds), true);
    return rc ? ft_fail(err, -rc, NULL, "the replicas cannot be synced: %s",
                        strerror(-rc))
              : 0;
}

size_t
ft_replica_paths(const struct ft_replica *r, struct ft_replica_path *paths)
{
    for (size_t i = 0; i < r->n_disks; i++)
        paths[i] = (struct ft_replica_path){ .target = r->disks[i].target,
                                             .path = r->disks[i].path };
    return r->n_disks;
}

static void
close_older_images(struct ft_replica *r)
{
    for (size_t i = 0; i < r->n_disks; i++)
        ft_disk_reader_close(FT_STEAL(r->disks[i].older));
}

void
ft_replica_clear(struct ft_replica *r)
{
    static const struct ft_error gone = { ECANCELED, "the copy is no more", "",
                                          NULL };
    size_t i;

    ft_snapshot_slot_lock(r->slot);
    ft_snapshot_slot_end(r->slot, &gone);
    ft_write_back_begin(r->write_back, NULL, 0);
    close_older_images(r);
    for (i = 0; i < r->n_disks; i++) {
        free(r->disks[i].path);
        if (r->disks[i].fd >= 0)
            close(r->disks[i].fd);
    }
    ft_page_decoder_free(r->decoder);
    ft_staged_pages_free(r->pages);
    ft_changed_chunks_free(r->changes);
    ft_disk_log_free(r->logs[0]);
    ft_disk_log_free(r->logs[1]);
    ft_state_free(&r->partial);
    ft_state_free(&r->staged);
    ft_state_free(&r->state);
    memset(r, 0, offsetof(struct ft_replica, write_back));
    ft_snapshot_slot_unlock(r->slot);
}

/* Whether pages are written at once: the first copy, nothing to protect yet. */
static int
is_direct(uint64_t epoch)
{
    return epoch <= 1;
}

static int
take_pages(void *opaque, unsigned block, uint64_t offset, uint64_t length,
           const void *data)
{
    struct ft_replica *r = opaque;

    r->pages_written += length / FT_PAGE_SIZE;
    return ft_staged_pages_add(r->pages, block, offset, length, data);
}

static int
no_memory(const struct ft_replica *r, struct ft_error *err)
{
    char hint[160];

    snprintf(hint, sizeof(hint),
             "Make memory free there, or larger epochs rarer; %llu MiB of one "
             "were kept.",
             (unsigned long long)(ft_staged_pages_bytes(r->pages) >> 20));
    return ft_fail(err, ENOMEM, hint,
                   "this host has no memory for an epoch of the guest");
}

static int
take_ram(struct ft_replica *r, const struct ft_frame *f, struct ft_error *err)
{
    struct ft_page_counts counts = { 0 };
    int rc = ft_pages_decode(r->decoder, f->type, f->payload, f->length,
                             take_pages, r, &counts, err);

    r->summary[f->epoch & 1].ram_pages += counts.data;
    r->summary[f->epoch & 1].zero_pages += counts.zero;
    if (!rc && is_direct(f->epoch))
        rc = ft_staged_pages_write(r->pages, err);
    if (rc == -ENOMEM && !err->code)
        return no_memory(r, err);
    if (rc && !err->code)
        ft_fail(err, -rc, NULL, "cannot keep pages of the guest: %s",
                strerror(-rc));
    return rc;
}

static int
write_disk(struct ft_replica *r, const struct ft_disk_change *c,
           struct ft_error *err)
{
    struct ft_replica_disk *d = &r->disks[c->disk];
    int rc = FT_FAULT("replica-write");

    if (!rc)
        rc = c->data ? ft_pwrite_full(d->fd, c->data, c->length, c->offset)
                     : ft_disk_zero(d->fd, c->offset, c->length, c->trim);
    return rc ? ft_fail(err, -rc, "See to the storage of this host.",
                        "cannot write to replica %s: %s", d->path, strerror(-rc))
              : 0;
}

/*
 * A hole would give a reservation back, whatever the guest says; where there is
 * none it saves the room.
 */
static void
note_room(struct ft_replica *r, uint64_t epoch, struct ft_disk_change *c)
{
    const struct ft_room *room = &r->disks[c->disk].room;

    c->trim = !room->reserved;
    if (room->reserved || (!c->data && room->punches))
        return;
    r->room_needed[epoch & 1] += c->length;
    r->room_disk = c->disk;
}

static int
look_for_room(struct ft_replica *r, uint64_t bytes, struct ft_error *err)
{
    const struct ft_replica_disk *d = &r->disks[r->room_disk];

    return bytes ? ft_room_look(d->fd, d->path, bytes, err) : 0;
}

static int
write_first_copy(struct ft_replica *r, const struct ft_disk_change *c,
                 struct ft_error *err)
{
    int rc = 0;

    if (r->room_needed[1] >= LOOK_BYTES) {
        rc = look_for_room(r, LOOK_BYTES, err);
        r->room_needed[1] = 0;
    }
    check_seals(r, &r->disks[c->disk].fd, 1);
    if (!rc)
        rc = write_disk(r, c, err);
    if (rc)
        return rc;
    seal(r, &r->disks[c->disk].fd, 1, false);
    ft_write_back_add(r->write_back, c->data ? c->length : ZEROS_DIRTY);
    return 0;
}

static int
stage_disk(struct ft_disk_log *log, const struct ft_disk_change *c,
           struct ft_error *err)
{
    return c->data ? ft_disk_log_append(log, c->disk, c->offset, c->data,
                                        c->length, err)
                   : ft_disk_log_append_zero(log, c->disk, c->offset, c->length,
                                             c->trim, err);
}

static int
take_disk(struct ft_replica *r, const struct ft_frame *f, struct ft_error *err)
{
    static const struct ft_error no_room = {
        ENOSPC, "the epochs' disk writes needed the room", "", NULL
    };
    struct ft_disk_log *log = r->logs[f->epoch & 1];
    struct ft_disk_change c;
    int rc = ft_disk_decode(f->type, f->payload, f->length, r->disk_sizes,
                            r->n_disks, &c, err);

    if (rc)
        return rc;
    if (c.data)
        r->disk_bytes += c.length;
    note_room(r, f->epoch, &c);
    if (is_direct(f->epoch))
        return write_first_copy(r, &c, err);
    rc = stage_disk(log, &c, err);
    /* what a snapshot keeps there gives way to an epoch */
    if (rc == -ENOSPC && ft_snapshot_slot_give_way(r->slot, &no_room))
        rc = stage_disk(log, &c, err);
    return rc;
}

static int
append(struct ft_state *to, const struct ft_frame *f, struct ft_error *err)
{
    unsigned char *larger;

    if (to->size + f->length > FT_STATE_MAX + 4096)
        return ft_fail(err, EPROTO, NULL, "device state larger than %u bytes",
                       FT_STATE_MAX);
    larger = realloc(to->data, to->size + f->length);
    if (!larger)
        return ft_fail(err, ENOMEM, NULL, "no memory for the device state");
    to->data = larger;
    memcpy(to->data + to->size, f->payload, f->length);
    to->size += f->length;
    return 0;
}

static int
take_state(struct ft_replica *r, const struct ft_frame *f, struct ft_error *err)
{
    int rc = append(&r->partial, f, err);

    if (rc || f->flags & FT_FRAME_MORE)
        return rc;
    ft_state_free(&r->staged);
    rc = ft_state_decode(r->partial.data, r->partial.size,
                         f->type == FT_FRAME_DEVICE_STATE_DELTA,
                         r->state.size ? &r->state : NULL, &r->staged, err);
    ft_state_free(&r->partial);
    return rc;
}

static int
take_begin(struct ft_replica *r, const struct ft_frame *f, struct ft_error *err)
{
    struct ft_replica_clock *c = &r->staged_clock;
    unsigned run = (f->flags & FT_FRAME_RUN_MASK) >> FT_FRAME_RUN_SHIFT;
    int rc = ft_epoch_begin_decode(f->payload, f->length, &c->told, err);

    if (!rc && run >= FT_RUN_COUNT)
        rc = ft_fail(err, EPROTO, NULL, "an epoch of a VM in run state %u", run);
    r->staged_run = rc ? FT_RUN_RUNS : (enum ft_run_state)run;
    r->staged_frozen = f->flags & (FT_FRAME_FROZEN | FT_FRAME_THAW);
    if (!rc)
        c->stopped_ns = ft_clock_ns() - r->transit_ns - (int64_t)c->told.age_ns;
    return rc;
}

static int
read_disk(struct ft_replica *r, unsigned disk, uint64_t offset, void *data,
          size_t length, struct ft_error *err)
{
    const struct ft_replica_disk *d = &r->disks[disk];
    uint64_t epoch = r->committed + 1;
    int rc = ft_pread_full(d->fd, data, length, offset);

    if (rc)
        return ft_fail(err, -rc, NULL, "cannot read replica %s: %s", d->path,
                       strerror(-rc));
    rc = ft_disk_log_read_overlay(r->logs[epoch & 1], disk, offset, data,
                                  length, err);
    return rc ? rc
              : ft_disk_log_read_overlay(r->logs[(epoch + 1) & 1], disk, offset,
                                         data, length, err);
}

int
ft_replica_read(struct ft_replica *r, const struct ft_frame *f, void **data,
                size_t *length, struct ft_error *err)
{
    struct ft_disk_change asked;
    int rc = ft_disk_asked_decode(f->payload, f->length, r->disk_sizes,
                                  r->n_disks, &asked, err);

    if (rc)
        return rc;
    *length = asked.length;
    *data = malloc(*length);
    if (!*data)
        return ft_fail(err, ENOMEM, NULL, "no memory to read a disk");
    rc = read_disk(r, asked.disk, asked.offset, *data, *length, err);
    if (rc) {
        free(*data);
        *data = NULL;
    }
    return rc;
}

/* QEMU copies in ascending order: what is asked for next is there by then. */
static void
read_ahead(const struct ft_replica_disk *d, uint64_t from)
{
    posix_fadvise(d->fd, (off_t)from, READ_AHEAD_BYTES, POSIX_FADV_WILLNEED);
}

struct older {
    struct ft_replica *replica;
    unsigned disk;
};

static int
write_older(void *opaque, uint64_t offset, const void *data, size_t length,
            struct ft_error *err)
{
    const struct older *o = opaque;
    struct ft_disk_change c = {
        .disk = o->disk, .offset = offset, .length = length, .data = data
    };

    note_room(o->replica, 1, &c);
    return write_first_copy(o->replica, &c, err);
}

int
ft_replica_hash(struct ft_replica *r, const struct ft_frame *f,
                unsigned char hashes[FT_DISK_HASHES_MAX], size_t *size,
                struct ft_error *err)
{
    struct older older = { r, ft_get_le16(f->payload) };
    FT_AUTOFREE void *data = NULL;
    size_t length;
    int rc = ft_replica_read(r, f, &data, &length, err);

    if (!rc && !r->committed && r->disks[older.disk].older)
        rc = ft_older_image_fill(&r->disks[older.disk].older,
                                 ft_get_le64(f->payload + 8), data, length,
                                 write_older, &older, err);
    if (rc)
        return rc;
    *size = ft_disk_hashes(data, length, hashes);
    read_ahead(&r->disks[ft_get_le16(f->payload)],
               ft_get_le64(f->payload + 8) + length);
    return 0;
}

/* Disk writes may be one epoch ahead of the pages, and nothing else may. */
static int
check_order(const struct ft_replica *r, const struct ft_frame *f,
            struct ft_error *err)
{
    int disk = f->type == FT_FRAME_DISK_WRITE || f->type == FT_FRAME_DISK_ZERO;
    uint64_t next = r->committed + 1;

    if (f->epoch == next || (disk && f->epoch == next + 1))
        return 0;
    return ft_fail(err, EPROTO, NULL, "frame %s of epoch %llu after epoch %llu",
                   ft_frame_name(f->type), (unsigned long long)f->epoch,
                   (unsigned long long)r->committed);
}

int
ft_replica_frame(struct ft_replica *r, const struct ft_frame *f,
                 struct ft_error *err)
{
    struct iovec iov = { (void *)(uintptr_t)f->payload, f->length };
    int rc = check_order(r, f, err);

    if (rc)
        return rc;
    ft_epoch_summary_add(&r->summary[f->epoch & 1], f->type, &iov, 1);
    switch (f->type) {
    case FT_FRAME_RAM:
    case FT_FRAME_RAM_ZERO:
        return take_ram(r, f, err);
    case FT_FRAME_DISK_WRITE:
    case FT_FRAME_DISK_ZERO:
        return take_disk(r, f, err);
    case FT_FRAME_EPOCH_BEGIN:
        return take_begin(r, f, err);
    case FT_FRAME_DEVICE_STATE:
    case FT_FRAME_DEVICE_STATE_DELTA:
        return take_state(r, f, err);
    default:
        return ft_fail(err, EPROTO, NULL, "a primary does not send %s",
                       ft_frame_name(f->type));
    }
}

int
ft_replica_check_epoch(struct ft_replica *r, const struct ft_frame *f,
                       struct ft_error *err)
{
    struct ft_epoch_summary claimed;
    int rc = check_order(r, f, err);

    if (!rc)
        rc = ft_epoch_end_decode(f->payload, f->length, &claimed, err);
    if (!rc)
        rc = ft_epoch_summary_compare(&r->summary[f->epoch & 1], &claimed, err);
    if (!rc && !r->staged.size)
        rc = ft_fail(err, EPROTO, NULL, "an epoch without device state");
    if (!rc && !is_direct(f->epoch))
        rc = look_for_room(r, r->room_needed[f->epoch & 1], err);
    return rc;
}

/*
 * Bytes that an epoch's writes leave in the page cache. The first one is always
 * brought to the storage: it makes the copy.
 */
static uint64_t
dirtied_by(const struct ft_disk_log *log, uint64_t epoch)
{
    return ft_disk_log_entries(log) || is_direct(epoch)
               ? ft_disk_log_bytes(log) + ZEROS_DIRTY
               : 0;
}

static int
apply_disks(struct ft_replica *r, struct ft_disk_log *log, struct ft_error *err)
{
    int fds[FT_DISKS_MAX];
    size_t n = disk_files(r, fds);
    int rc = 0;

    if (ft_disk_log_entries(log)) {
        check_seals(r, fds, n);
        rc = ft_disk_log_apply(log, fds, n, err);
    }
    if (!rc && (ft_disk_log_entries(log) || is_direct(r->committed + 1)))
        seal(r, fds, n, true);
    return rc;
}

static void
note_change(void *opaque, unsigned disk, uint64_t offset, uint64_t length)
{
    ft_changed_chunks_add(opaque, disk, offset, length);
}

/* With the slot locked. */
static int
apply(struct ft_replica *r, struct ft_error *err)
{
    uint64_t epoch = r->committed + 1;
    struct ft_disk_log *log = r->logs[epoch & 1];
    uint64_t dirtied = dirtied_by(log, epoch);
    int rc = FT_FAULT("replica-apply");

    ft_snapshot_slot_keep(r->slot, log, r->pages);
    if (ft_changed_chunks_wanted(r->changes))
        ft_disk_log_each(log, note_change, r->changes);
    if (!rc)
        rc = ft_staged_pages_write(r->pages, err);
    if (!rc)
        rc = apply_disks(r, log, err);
    if (!rc)
        rc = ft_disk_log_reset(log);
    if (rc && !err->code)
        ft_fail(err, -rc, NULL, "cannot apply epoch %llu: %s",
                (unsigned long long)epoch, strerror(-rc));
    if (rc)
        return rc;
    ft_state_free(&r->state);
    r->state = r->staged;
    memset(&r->staged, 0, sizeof(r->staged));
    r->clock = r->staged_clock;
    r->run = r->staged_run;
    r->staged_run = FT_RUN_RUNS;
    r->frozen = r->staged_frozen;
    r->staged_frozen = 0;
    memset(&r->staged_clock, 0, sizeof(r->staged_clock));
    memset(&r->summary[epoch & 1], 0, sizeof(r->summary[0]));
    r->room_needed[epoch & 1] = 0;
    r->committed = epoch;
    close_older_images(r); /* they have done what they could */
    ft_write_back_applied(r->write_back, epoch);
    ft_write_back_add(r->write_back, dirtied);
    return 0;
}

int
ft_replica_apply(struct ft_replica *r, struct ft_error *err)
{
    int rc;

    ft_snapshot_slot_lock(r->slot);
    rc = apply(r, err);
    ft_snapshot_slot_unlock(r->slot);
    return rc;
}

bool
ft_replica_is_frozen(struct ft_replica *r)
{
    bool frozen;

    ft_snapshot_slot_lock(r->slot);
    frozen = r->frozen & FT_FRAME_FROZEN;
    ft_snapshot_slot_unlock(r->slot);
    return frozen;
}

void
ft_replica_drop_partial(struct ft_replica *r)
{
    size_t i;

    ft_staged_pages_drop(r->pages);
    ft_state_free(&r->partial);
    ft_state_free(&r->staged);
    memset(&r->staged_clock, 0, sizeof(r->staged_clock));
    r->staged_run = FT_RUN_RUNS;
    r->staged_frozen = 0;
    for (i = 0; i < 2; i++) {
        memset(&r->summary[i], 0, sizeof(r->summary[i]));
        r->room_needed[i] = 0;
        if (r->logs[i])
            ft_disk_log_reset(r->logs[i]);
    }
}

uint64_t
ft_replica_staged(const struct ft_replica *r)
{
    /* the first copy is written as it comes */
    return r->committed ? r->summary[0].bytes + r->summary[1].bytes : 0;
}
