/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/chunk-store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/unlinked-file.h"

/* Of the file system, left to others: the logs of epochs above all. */
#define LEFT_PART 4
#define LEFT_MAX (UINT64_C(1) << 30)

/* Taken before the room of the file system is looked at again. */
#define ROOM_STEP (UINT64_C(16) << 20)

/* Chunks of zeros have entries, and no data. */
#define ENTRIES_A_CHUNK 4

struct ft_chunk_store {
    int fd;
    uint64_t limit;
    pthread_mutex_t lock; /* of all below; not held while the file is used */
    struct ft_chunk_map *map;
    uint32_t used; /* places in the file */
    uint64_t room_seen;
};

uint64_t
ft_chunk_store_left(uint64_t total)
{
    return FT_MIN(total / LEFT_PART, LEFT_MAX);
}

/* What it could take now, in bytes; a file system that does not say has any. */
static uint64_t
room_in(int fd)
{
    struct statvfs fs;
    uint64_t left, room;

    if (FT_FAULT("chunk-store-room"))
        return 0;
    if (fstatvfs(fd, &fs) || !fs.f_blocks)
        return UINT64_MAX;
    left = ft_chunk_store_left((uint64_t)fs.f_blocks * fs.f_frsize);
    room = (uint64_t)fs.f_bavail * fs.f_frsize;
    return room > left ? room - left : 0;
}

static int
open_store(struct ft_chunk_store *store, const char *folder,
           struct ft_error *err)
{
    size_t chunks = store->limit / FT_CHUNK_SIZE;

    store->fd = ft_unlinked_file(folder);
    if (store->fd < 0)
        return ft_fail(err, -store->fd, NULL, "cannot make a file in %s: %s",
                       folder, strerror(-store->fd));
    if (!chunks || room_in(store->fd) < FT_CHUNK_SIZE)
        return ft_fail(err, ENOSPC, "Make room there.",
                       "%s has no room for what would be kept", folder);
    store->map = ft_chunk_map_new(chunks * ENTRIES_A_CHUNK);
    return store->map ? 0 : ft_fail(err, ENOMEM, NULL, "no memory for chunks");
}

int
ft_chunk_store_new(const char *folder, uint64_t limit,
                   struct ft_chunk_store **out, struct ft_error *err)
{
    struct ft_chunk_store *store = calloc(1, sizeof(*store));
    int rc;

    if (!store)
        return ft_fail(err, ENOMEM, NULL, "no memory for chunks");
    pthread_mutex_init(&store->lock, NULL);
    store->limit = limit;
    rc = open_store(store, folder, err);
    if (rc)
        ft_chunk_store_free(store);
    else
        *out = store;
    return rc;
}

void
ft_chunk_store_free(struct ft_chunk_store *store)
{
    if (!store)
        return;
    if (store->fd >= 0)
        close(store->fd);
    ft_chunk_map_free(store->map);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

bool
ft_chunk_store_find(struct ft_chunk_store *store, unsigned disk, uint64_t chunk,
                    uint32_t *place)
{
    bool found;

    pthread_mutex_lock(&store->lock);
    found = ft_chunk_map_find(store->map, disk, chunk, place);
    pthread_mutex_unlock(&store->lock);
    return found;
}

/* With the lock held. */
static int
take_place(struct ft_chunk_store *store, uint32_t *place)
{
    if ((store->used + UINT64_C(1)) * FT_CHUNK_SIZE > store->limit)
        return -ENOSPC;
    if (store->room_seen < FT_CHUNK_SIZE) {
        uint64_t room = room_in(store->fd);

        if (room < FT_CHUNK_SIZE)
            return -ENOSPC;
        store->room_seen = FT_MIN(room, ROOM_STEP);
    }
    store->room_seen -= FT_CHUNK_SIZE;
    *place = store->used++;
    return 0;
}

/* Who finds it finds it whole: it is in the file before it is in the map. */
int
ft_chunk_store_keep(struct ft_chunk_store *store, unsigned disk, uint64_t chunk,
                    const void *data, size_t length)
{
    uint32_t place = FT_CHUNK_ZERO;
    int rc = 0;

    if (data) {
        pthread_mutex_lock(&store->lock);
        rc = take_place(store, &place);
        pthread_mutex_unlock(&store->lock);
    }
    if (!rc && data)
        rc = FT_FAULT("chunk-store-write");
    if (!rc && data)
        rc = ft_pwrite_full(store->fd, data, length, place * FT_CHUNK_SIZE);
    if (rc)
        return rc;
    pthread_mutex_lock(&store->lock);
    rc = ft_chunk_map_add(store->map, disk, chunk, place);
    pthread_mutex_unlock(&store->lock);
    return rc;
}

int
ft_chunk_store_read(struct ft_chunk_store *store, uint32_t place,
                    uint64_t offset, void *data, size_t length)
{
    if (place == FT_CHUNK_ZERO) {
        memset(data, 0, length);
        return 0;
    }
    return ft_pread_full(store->fd, data, length,
                         place * FT_CHUNK_SIZE + offset);
}

int
ft_chunk_store_write(struct ft_chunk_store *store, uint32_t place,
                     uint64_t offset, const void *data, size_t length)
{
    int rc = place == FT_CHUNK_ZERO ? -EINVAL : FT_FAULT("chunk-store-write");

    return rc ? rc
              : ft_pwrite_full(store->fd, data, length,
                               place * FT_CHUNK_SIZE + offset);
}

void
ft_chunk_store_drop(struct ft_chunk_store *store)
{
    if (ftruncate(store->fd, 0) < 0)
        return; /* the last descriptor gives it back */
}

uint64_t
ft_chunk_store_bytes(struct ft_chunk_store *store)
{
    uint64_t bytes;

    pthread_mutex_lock(&store->lock);
    bytes = store->used * FT_CHUNK_SIZE;
    pthread_mutex_unlock(&store->lock);
    return bytes;
}
