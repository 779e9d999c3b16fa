/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/snapshot-export.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "disk/nbd-server.h"

struct ft_snapshot_export {
    pthread_mutex_t which; /* of snapshot */
    struct ft_disk_snapshot *snapshot;
    struct ft_chunk_store *scratch; /* NULL: read-only */
    struct ft_chunk_set *changed;   /* NULL: all of it */
    atomic_bool overflowed;
    pthread_mutex_t lock;  /* one writes to the scratch store at a time */
    unsigned char *chunk;  /* under lock; FT_CHUNK_SIZE bytes */
    struct ft_nbd *server; /* NULL: of no disks */
};

/* The one that is served now, with a reference of the caller. */
static struct ft_disk_snapshot *
served(struct ft_snapshot_export *x)
{
    struct ft_disk_snapshot *s;

    pthread_mutex_lock(&x->which);
    s = ft_disk_snapshot_ref(x->snapshot);
    pthread_mutex_unlock(&x->which);
    return s;
}

static int
read_snapshot(struct ft_snapshot_export *x, unsigned disk, uint64_t offset,
              void *data, size_t length)
{
    struct ft_disk_snapshot *s = served(x);
    int rc = ft_disk_snapshot_read(s, disk, offset, data, length);

    ft_disk_snapshot_unref(s);
    return rc;
}

/* Calls one for each chunk's part of [offset, offset + length). */
static int
each_part(struct ft_snapshot_export *x, unsigned disk, unsigned char *data,
          uint64_t offset, size_t length,
          int (*one)(struct ft_snapshot_export *, unsigned, uint64_t,
                     unsigned char *, size_t))
{
    size_t part;
    int rc = 0;

    for (; !rc && length; offset += part, data += part, length -= part) {
        part = FT_MIN(length, FT_CHUNK_SIZE - offset % FT_CHUNK_SIZE);
        rc = one(x, disk, offset, data, part);
    }
    return rc;
}

static int
read_part(struct ft_snapshot_export *x, unsigned disk, uint64_t offset,
          unsigned char *data, size_t length)
{
    uint32_t place;

    if (ft_chunk_store_find(x->scratch, disk, offset / FT_CHUNK_SIZE, &place))
        return ft_chunk_store_read(x->scratch, place, offset % FT_CHUNK_SIZE,
                                   data, length);
    return read_snapshot(x, disk, offset, data, length);
}

static int
on_read(void *opaque, unsigned disk, void *data, uint64_t offset, size_t length)
{
    struct ft_snapshot_export *x = opaque;

    return x->scratch ? each_part(x, disk, data, offset, length, read_part)
                      : read_snapshot(x, disk, offset, data, length);
}

/* A chunk that is written for the first time begins as it was. */
static int
begin_chunk(struct ft_snapshot_export *x, unsigned disk, uint64_t offset,
            const unsigned char *data, size_t length)
{
    uint64_t chunk = offset / FT_CHUNK_SIZE;
    size_t whole =
        FT_MIN(ft_disk_snapshot_size(x->snapshot, disk) - chunk * FT_CHUNK_SIZE,
               FT_CHUNK_SIZE);
    int rc = read_snapshot(x, disk, chunk * FT_CHUNK_SIZE, x->chunk, whole);

    if (rc)
        return rc;
    memcpy(x->chunk + offset % FT_CHUNK_SIZE, data, length);
    return ft_chunk_store_keep(x->scratch, disk, chunk, x->chunk, whole);
}

static int
write_part(struct ft_snapshot_export *x, unsigned disk, uint64_t offset,
           unsigned char *data, size_t length)
{
    uint32_t place;

    if (ft_chunk_store_find(x->scratch, disk, offset / FT_CHUNK_SIZE, &place))
        return ft_chunk_store_write(x->scratch, place, offset % FT_CHUNK_SIZE,
                                    data, length);
    return begin_chunk(x, disk, offset, data, length);
}

static int
on_write(void *opaque, unsigned disk, const void *data, uint64_t offset,
         size_t length, int fua)
{
    struct ft_snapshot_export *x = opaque;
    int rc;

    (void)fua; /* it is thrown away */
    pthread_mutex_lock(&x->lock);
    rc = each_part(x, disk, (unsigned char *)(uintptr_t)data, offset, length,
                   write_part);
    if (rc == -ENOSPC)
        atomic_store(&x->overflowed, true);
    pthread_mutex_unlock(&x->lock);
    return rc;
}

/* Of one that nobody writes to. */
static int
on_extent(void *opaque, unsigned disk, uint64_t offset, uint64_t length,
          uint64_t *run)
{
    const struct ft_snapshot_export *x = opaque;
    struct ft_disk_snapshot *s = served(opaque);
    bool changed =
        !x->changed || ft_chunk_set_has(x->changed, disk, offset, length, run);
    int kind = ft_disk_snapshot_extent(s, disk, offset,
                                       x->changed ? *run : length, run);

    ft_disk_snapshot_unref(s);
    return kind < 0 || changed ? kind : 2;
}

static void
export_free(struct ft_snapshot_export *x)
{
    ft_disk_snapshot_unref(x->snapshot);
    ft_chunk_store_free(x->scratch);
    ft_chunk_set_free(x->changed);
    pthread_mutex_destroy(&x->lock);
    pthread_mutex_destroy(&x->which);
    free(x->chunk);
    free(x);
}

static int
serve(struct ft_snapshot_export *x, const char *path, uid_t uid, gid_t gid,
      const char *const *names, struct ft_error *err)
{
    const struct ft_nbd_handlers handlers = {
        .read = on_read,
        .write = x->scratch ? on_write : NULL,
        .extent = x->scratch ? NULL : on_extent,
    };
    struct ft_nbd_export list[FT_DISKS_MAX];
    size_t n = ft_disk_snapshot_count(x->snapshot);

    for (size_t i = 0; i < n; i++)
        list[i] = (struct ft_nbd_export){
            names[i], ft_disk_snapshot_size(x->snapshot, (unsigned)i)
        };
    return n ? ft_nbd_start(path, uid, gid, list, n, &handlers, x, &x->server,
                            err)
             : 0;
}

int
ft_snapshot_export_start(const char *path, uid_t uid, gid_t gid,
                         struct ft_disk_snapshot *snapshot,
                         const char *const *names,
                         struct ft_chunk_store *scratch,
                         struct ft_chunk_set *changed,
                         struct ft_snapshot_export **out, struct ft_error *err)
{
    struct ft_snapshot_export *x = calloc(1, sizeof(*x));
    int rc;

    if (x)
        x->chunk = malloc(FT_CHUNK_SIZE);
    if (!x || !x->chunk) {
        ft_chunk_store_free(scratch);
        ft_chunk_set_free(changed);
        free(x);
        return ft_fail(err, ENOMEM, NULL, "no memory to serve a snapshot");
    }
    x->snapshot = ft_disk_snapshot_ref(snapshot);
    x->scratch = scratch;
    x->changed = changed;
    atomic_init(&x->overflowed, false);
    pthread_mutex_init(&x->lock, NULL);
    pthread_mutex_init(&x->which, NULL);
    rc = serve(x, path, uid, gid, names, err);
    if (rc)
        export_free(x);
    else
        *out = x;
    return rc;
}

void
ft_snapshot_export_switch(struct ft_snapshot_export *x,
                          struct ft_disk_snapshot *snapshot)
{
    struct ft_disk_snapshot *old;

    pthread_mutex_lock(&x->which);
    old = x->snapshot;
    x->snapshot = ft_disk_snapshot_ref(snapshot);
    pthread_mutex_unlock(&x->which);
    ft_disk_snapshot_unref(old);
}

bool
ft_snapshot_export_overflowed(struct ft_snapshot_export *x)
{
    return atomic_load(&x->overflowed);
}

unsigned
ft_snapshot_export_clients(struct ft_snapshot_export *x)
{
    return x->server ? ft_nbd_connections(x->server) : 0;
}

void
ft_snapshot_export_stop(struct ft_snapshot_export *x)
{
    if (!x)
        return;
    ft_nbd_stop(x->server);
    export_free(x);
}
