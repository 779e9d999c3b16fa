/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/disk-snapshot.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"

struct ft_disk_snapshot {
    struct ft_snapshot_disk disks[FT_DISKS_MAX];
    size_t n;
    struct ft_chunk_store *store;
    unsigned char *chunk; /* FT_CHUNK_SIZE bytes, the writer's */
    int64_t round_ns;     /* when that of the writer began */
    atomic_uint references;
    atomic_bool ended;
    pthread_mutex_t lock; /* of why */
    struct ft_error why;
};

static int
copy_disks(struct ft_disk_snapshot *s, const struct ft_snapshot_disk *disks,
           size_t n)
{
    for (; s->n < n; s->n++) {
        int fd = fcntl(disks[s->n].fd, F_DUPFD_CLOEXEC, 0);

        if (fd < 0)
            return -errno;
        s->disks[s->n] = (struct ft_snapshot_disk){ fd, disks[s->n].size };
    }
    return 0;
}

static void
snapshot_free(struct ft_disk_snapshot *s)
{
    while (s->n)
        close(s->disks[--s->n].fd);
    ft_chunk_store_free(s->store);
    pthread_mutex_destroy(&s->lock);
    free(s->chunk);
    free(s);
}

int
ft_disk_snapshot_new(const struct ft_snapshot_disk *disks, size_t n,
                     struct ft_chunk_store *store,
                     struct ft_disk_snapshot **out, struct ft_error *err)
{
    struct ft_disk_snapshot *s = calloc(1, sizeof(*s));
    int rc;

    if (!s) {
        ft_chunk_store_free(store);
        return ft_fail(err, ENOMEM, NULL, "no memory for a snapshot");
    }
    pthread_mutex_init(&s->lock, NULL);
    atomic_init(&s->references, 1);
    atomic_init(&s->ended, false);
    s->store = store;
    s->chunk = malloc(FT_CHUNK_SIZE);
    rc = n > FT_DISKS_MAX ? -E2BIG
         : s->chunk       ? copy_disks(s, disks, n)
                          : -ENOMEM;
    if (rc) {
        snapshot_free(s);
        return ft_fail(err, -rc, NULL,
                       "cannot make a snapshot of the disks: %s", strerror(-rc));
    }
    *out = s;
    return 0;
}

struct ft_disk_snapshot *
ft_disk_snapshot_ref(struct ft_disk_snapshot *s)
{
    atomic_fetch_add(&s->references, 1);
    return s;
}

void
ft_disk_snapshot_unref(struct ft_disk_snapshot *s)
{
    if (s && atomic_fetch_sub(&s->references, 1) == 1)
        snapshot_free(s);
}

static size_t
chunk_length(const struct ft_disk_snapshot *s, unsigned disk, uint64_t chunk)
{
    return FT_MIN(s->disks[disk].size - chunk * FT_CHUNK_SIZE, FT_CHUNK_SIZE);
}

/*
 * Where the data after offset begins by what the file system knows, or end; a
 * file that has no holes to tell of is data.
 */
static uint64_t
next_data(int fd, uint64_t offset, uint64_t end)
{
    off_t at = lseek(fd, (off_t)offset, SEEK_DATA);

    if (at < 0)
        return errno == ENXIO ? end : offset;
    return FT_MIN((uint64_t)at, end);
}

/*
 * *data: where that of the disk begins, as it was looked for last. What a guest
 * trims may be large, and most of it holes already: those need not be read.
 */
static int
keep_chunk(struct ft_disk_snapshot *s, unsigned disk, uint64_t chunk,
           uint64_t *data)
{
    size_t length = chunk_length(s, disk, chunk);
    uint64_t at = chunk * FT_CHUNK_SIZE;
    int rc;

    if (ft_chunk_store_find(s->store, disk, chunk, NULL))
        return 0;
    if (ft_clock_ns() - s->round_ns > FT_SNAPSHOT_KEEP_NS)
        return -ETIME;
    if (*data <= at)
        *data = next_data(s->disks[disk].fd, at, s->disks[disk].size);
    if (*data >= at + length)
        return ft_chunk_store_keep(s->store, disk, chunk, NULL, length);
    rc = ft_pread_full(s->disks[disk].fd, s->chunk, length, at);
    return rc ? rc
              : ft_chunk_store_keep(s->store, disk, chunk,
                                    ft_bytes_are_zero(s->chunk, length)
                                        ? NULL
                                        : s->chunk,
                                    length);
}

/* What a user is told of a writer that could not keep. */
static void
lose(struct ft_disk_snapshot *s, int rc)
{
    struct ft_error why = FT_ERROR_INIT;

    if (rc == -ENOSPC)
        ft_fail(&why, ENOSPC, "Try when it writes less, or give it more room.",
                "the guest has written over more than is kept (%llu MiB)",
                (unsigned long long)(ft_chunk_store_bytes(s->store) >> 20));
    else if (rc == -ETIME)
        ft_fail(
            &why, ETIME, "Try when it writes less.",
            "the guest wrote over too much of its disks at once to keep what was there");
    else
        ft_fail(&why, -rc, NULL, "what the disks had could not be kept: %s",
                strerror(-rc));
    ft_disk_snapshot_end(s, &why);
}

void
ft_disk_snapshot_round(struct ft_disk_snapshot *s)
{
    s->round_ns = ft_clock_ns();
}

void
ft_disk_snapshot_keep(struct ft_disk_snapshot *s, unsigned disk,
                      uint64_t offset, uint64_t length)
{
    uint64_t chunk = offset / FT_CHUNK_SIZE, data = 0, end;
    int rc = 0;

    if (disk >= s->n || offset >= s->disks[disk].size || !length)
        return; /* nothing that a reader could see */
    end = offset + FT_MIN(length, s->disks[disk].size - offset);
    for (; !rc && chunk * FT_CHUNK_SIZE < end; chunk++) {
        if (atomic_load(&s->ended))
            return;
        rc = keep_chunk(s, disk, chunk, &data);
    }
    if (rc)
        lose(s, rc);
}

/* A part of one chunk. The order is what makes it right: see the header. */
static int
read_part(struct ft_disk_snapshot *s, unsigned disk, uint64_t offset,
          void *data, size_t length)
{
    uint32_t place;
    int rc = ft_pread_full(s->disks[disk].fd, data, length, offset);

    if (ft_chunk_store_find(s->store, disk, offset / FT_CHUNK_SIZE, &place))
        rc = ft_chunk_store_read(s->store, place, offset % FT_CHUNK_SIZE, data,
                                 length);
    return atomic_load(&s->ended) ? -ESTALE : rc;
}

int
ft_disk_snapshot_read(struct ft_disk_snapshot *s, unsigned disk,
                      uint64_t offset, void *data, size_t length)
{
    unsigned char *to = data;
    size_t part;
    int rc = 0;

    if (disk >= s->n || offset > s->disks[disk].size ||
        length > s->disks[disk].size - offset)
        return -EINVAL;
    for (; !rc && length; offset += part, to += part, length -= part) {
        part = FT_MIN(length, FT_CHUNK_SIZE - offset % FT_CHUNK_SIZE);
        rc = read_part(s, disk, offset, to, part);
    }
    return rc;
}

/*
 * Whether the part of a chunk before end is zeros: as kept, or as the disk had it
 * when data was looked for, before this looks whether it is kept.
 */
static bool
is_hole(struct ft_disk_snapshot *s, unsigned disk, uint64_t offset,
        uint64_t end, uint64_t data)
{
    uint32_t place;

    if (ft_chunk_store_find(s->store, disk, offset / FT_CHUNK_SIZE, &place))
        return place == FT_CHUNK_ZERO;
    return data >= end;
}

int
ft_disk_snapshot_extent(struct ft_disk_snapshot *s, unsigned disk,
                        uint64_t offset, uint64_t length, uint64_t *run)
{
    uint64_t at = offset, end = offset + length, data, next;
    int kind = -1;

    if (disk >= s->n || !length || offset >= s->disks[disk].size ||
        length > s->disks[disk].size - offset)
        return -EINVAL;
    for (data = offset; at < end; at = next) {
        bool hole;

        next = FT_MIN((at / FT_CHUNK_SIZE + 1) * FT_CHUNK_SIZE, end);
        if (data <= at)
            data = next_data(s->disks[disk].fd, at, end);
        hole = is_hole(s, disk, at, next, data);
        if (kind >= 0 && hole != kind)
            break;
        kind = hole;
    }
    *run = at - offset;
    return atomic_load(&s->ended) ? -ESTALE : kind;
}

uint64_t
ft_disk_snapshot_size(const struct ft_disk_snapshot *s, unsigned disk)
{
    return s->disks[disk].size;
}

size_t
ft_disk_snapshot_count(const struct ft_disk_snapshot *s)
{
    return s->n;
}

uint64_t
ft_disk_snapshot_kept(struct ft_disk_snapshot *s)
{
    return ft_chunk_store_bytes(s->store);
}

void
ft_disk_snapshot_end(struct ft_disk_snapshot *s, const struct ft_error *why)
{
    pthread_mutex_lock(&s->lock);
    if (!atomic_load(&s->ended))
        s->why = *why;
    atomic_store(&s->ended, true);
    pthread_mutex_unlock(&s->lock);
}

void
ft_disk_snapshot_give_room(struct ft_disk_snapshot *s)
{
    ft_chunk_store_drop(s->store);
}

bool
ft_disk_snapshot_ended(struct ft_disk_snapshot *s, struct ft_error *out)
{
    bool ended;

    pthread_mutex_lock(&s->lock);
    ended = atomic_load(&s->ended);
    if (ended && out)
        *out = s->why;
    pthread_mutex_unlock(&s->lock);
    return ended;
}
