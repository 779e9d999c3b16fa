/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/disk-changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/unlinked-file.h"
#include "disk/chunk-store.h"

#define SECTOR UINT64_C(512)
#define SECTORS (FT_CHUNK_SIZE / SECTOR)
#define WORDS (SECTORS / 64)

/* Taken before the room of the file system is looked at again, in bytes. */
#define ROOM_STEP (UINT64_C(16) << 20)

/* Chunks of zeros have entries, and no data. */
#define ENTRIES_A_CHUNK 4

#define ENTRIES_AT_FIRST 64

/* A chunk, whose data is in the file at its number. */
struct entry {
    uint64_t chunk;
    uint64_t known[WORDS], zero[WORDS]; /* a bit for each sector */
    unsigned disk;
    bool has_data;
};

struct layer {
    int fd;
    struct ft_chunk_map *map; /* of disk and chunk, to the entry's number */
    struct entry *entries;
    size_t count, room;
    uint64_t bytes;      /* that its chunks with data take at most */
    uint64_t room_seen;  /* that the last look at the file system left */
    const char *missing; /* NULL: all is there */
};

struct ft_disk_changes {
    size_t disks;
    uint64_t limit;
    struct layer layers[2]; /* what waits; what is being filled */
    uint64_t last;          /* epoch of what waits; 0: nothing does */
};

/* ----- a layer ----- */

static void
clear(struct layer *l)
{
    if (ftruncate(l->fd, 0) < 0)
        l->room_seen = 0; /* it is written over */
    ft_chunk_map_free(l->map);
    free(l->entries);
    *l = (struct layer){ .fd = l->fd };
}

/* What is kept of it is of no use any more. */
static void
lose(struct layer *l, const char *why)
{
    clear(l);
    l->missing = why;
}

static bool
is_empty(const struct layer *l)
{
    return !l->count && !l->missing;
}

static size_t
entries_max(const struct ft_disk_changes *c)
{
    return c->limit / FT_CHUNK_SIZE * ENTRIES_A_CHUNK;
}

static int
make_room(const struct ft_disk_changes *c, struct layer *l)
{
    size_t room = l->room ? l->room * 2 : ENTRIES_AT_FIRST;
    struct entry *larger;

    if (l->count >= entries_max(c))
        return -ENOSPC;
    if (l->count < l->room)
        return 0;
    larger = realloc(l->entries, room * sizeof(*larger));
    if (!larger)
        return -ENOMEM;
    l->entries = larger;
    l->room = room;
    return 0;
}

/* A map cannot grow: another one, for twice as many. */
static int
grow_map(struct layer *l)
{
    struct ft_chunk_map *larger = ft_chunk_map_new(l->room);
    int rc = larger ? 0 : -ENOMEM;

    for (size_t i = 0; !rc && i < l->count; i++)
        rc = ft_chunk_map_add(larger, l->entries[i].disk, l->entries[i].chunk,
                              (uint32_t)i);
    if (rc) {
        ft_chunk_map_free(larger);
        return rc;
    }
    ft_chunk_map_free(l->map);
    l->map = larger;
    return 0;
}

static int
add_entry(const struct ft_disk_changes *c, struct layer *l, unsigned disk,
          uint64_t chunk, uint32_t *at)
{
    size_t room = l->room;
    int rc = make_room(c, l);

    if (!rc && (!l->map || l->room != room))
        rc = grow_map(l);
    if (!rc)
        rc = ft_chunk_map_add(l->map, disk, chunk, (uint32_t)l->count);
    if (rc)
        return rc;
    *at = (uint32_t)l->count;
    l->entries[l->count++] = (struct entry){ .chunk = chunk, .disk = disk };
    return 0;
}

static int
find_entry(const struct ft_disk_changes *c, struct layer *l, unsigned disk,
           uint64_t chunk, uint32_t *at)
{
    return l->map && ft_chunk_map_find(l->map, disk, chunk, at)
               ? 0
               : add_entry(c, l, disk, chunk, at);
}

/* What the file system has for it now, in bytes; one that does not say has any. */
static uint64_t
room_in(int fd)
{
    struct statvfs fs;
    uint64_t left, room;

    if (fstatvfs(fd, &fs) || !fs.f_blocks)
        return UINT64_MAX;
    left = ft_chunk_store_left((uint64_t)fs.f_blocks * fs.f_frsize);
    room = (uint64_t)fs.f_bavail * fs.f_frsize;
    return room > left ? room - left : 0;
}

/* For the data of one more chunk. */
static int
take_room(const struct ft_disk_changes *c, struct layer *l)
{
    if (l->bytes + FT_CHUNK_SIZE > c->limit)
        return -ENOSPC;
    if (l->room_seen < FT_CHUNK_SIZE) {
        uint64_t room = room_in(l->fd);

        if (room < FT_CHUNK_SIZE)
            return -ENOSPC;
        l->room_seen = FT_MIN(room, ROOM_STEP);
    }
    l->room_seen -= FT_CHUNK_SIZE;
    l->bytes += FT_CHUNK_SIZE;
    return 0;
}

static void
mark(struct entry *e, uint64_t from, uint64_t to, bool zero)
{
    for (uint64_t s = from; s < to; s++) {
        uint64_t bit = UINT64_C(1) << s % 64;

        e->known[s / 64] |= bit;
        e->zero[s / 64] = zero ? e->zero[s / 64] | bit : e->zero[s / 64] & ~bit;
    }
}

/* [offset, offset + length) lies in one chunk; data NULL: zeros. */
static int
keep(const struct ft_disk_changes *c, struct layer *l, unsigned disk,
     uint64_t offset, const void *data, uint64_t length)
{
    uint64_t within = offset % FT_CHUNK_SIZE;
    struct entry *e;
    uint32_t at;
    int rc = find_entry(c, l, disk, offset / FT_CHUNK_SIZE, &at);

    if (rc)
        return rc;
    e = &l->entries[at];
    if (data && !e->has_data)
        rc = take_room(c, l);
    if (!rc && data)
        rc = FT_FAULT("disk-changes-write");
    if (!rc && data) {
        e->has_data = true;
        rc = ft_pwrite_full(l->fd, data, length, at * FT_CHUNK_SIZE + within);
    }
    if (!rc)
        mark(e, within / SECTOR, (within + length) / SECTOR, !data);
    return rc;
}

/* ----- what is told ----- */

static const char *
why_not(int rc)
{
    return rc == -ENOSPC   ? "more was written than is kept"
           : rc == -ENOMEM ? "no memory for what was written"
                           : "what was written could not be kept";
}

static void
note(struct ft_disk_changes *c, unsigned disk, uint64_t offset,
     const unsigned char *data, uint64_t length)
{
    struct layer *l = &c->layers[1];
    uint64_t done = 0;
    int rc = 0;

    if (l->missing || !length)
        return;
    if (disk >= c->disks || offset % SECTOR || length % SECTOR)
        rc = -EINVAL;
    else if (length / FT_CHUNK_SIZE > entries_max(c))
        rc = -ENOSPC;
    while (!rc && done < length) {
        uint64_t at = offset + done;
        uint64_t part =
            FT_MIN(length - done, FT_CHUNK_SIZE - at % FT_CHUNK_SIZE);

        rc = keep(c, l, disk, at, data ? data + done : NULL, part);
        done += part;
    }
    if (rc)
        lose(l, why_not(rc));
}

void
ft_disk_changes_write(struct ft_disk_changes *c, unsigned disk, uint64_t offset,
                      const void *data, uint64_t length)
{
    note(c, disk, offset, data, length);
}

void
ft_disk_changes_zero(struct ft_disk_changes *c, unsigned disk, uint64_t offset,
                     uint64_t length)
{
    note(c, disk, offset, NULL, length);
}

void
ft_disk_changes_limit(struct ft_disk_changes *c, uint64_t limit)
{
    c->limit = limit;
}

void
ft_disk_changes_begin(struct ft_disk_changes *c)
{
    clear(&c->layers[1]);
    lose(&c->layers[0], "the copy before was not complete on its storage");
    c->last = 1;
}

void
ft_disk_changes_settle(struct ft_disk_changes *c, uint64_t open,
                       uint64_t durable)
{
    struct layer waits = c->layers[0];

    if (c->last && durable < c->last)
        return;
    clear(&waits);
    c->last = 0;
    if (is_empty(&c->layers[1])) {
        c->layers[0] = waits;
        return;
    }
    c->layers[0] = c->layers[1];
    c->layers[1] = waits;
    c->last = open;
}

void
ft_disk_changes_again(struct ft_disk_changes *c)
{
    if (c->last)
        c->last = 1;
}

const char *
ft_disk_changes_missing(const struct ft_disk_changes *c)
{
    return c->layers[0].missing ? c->layers[0].missing : c->layers[1].missing;
}

/* ----- what is kept ----- */

static bool
is_in(const uint64_t *bits, unsigned sector)
{
    return bits[sector / 64] >> sector % 64 & 1;
}

uint64_t
ft_disk_changes_bytes(const struct ft_disk_changes *c)
{
    uint64_t sectors = 0;

    for (size_t l = 0; l < FT_ARRAY_SIZE(c->layers); l++)
        for (size_t i = 0; i < c->layers[l].count; i++)
            for (size_t k = 0; k < WORDS; k++)
                sectors += (uint64_t)__builtin_popcountll(
                    c->layers[l].entries[i].known[k]);
    return sectors * SECTOR;
}

/* The walk stands at a chunk that was there when it came to its layer. */
static const struct entry *
entry_at(const struct ft_disk_changes *c, struct ft_disk_changes_walk *w)
{
    while (w->layer < FT_ARRAY_SIZE(c->layers)) {
        const struct layer *l = &c->layers[w->layer];

        if (!w->entry && !w->sector)
            w->end = l->count;
        if (w->entry < FT_MIN(w->end, l->count))
            return &l->entries[w->entry];
        *w = (struct ft_disk_changes_walk){ .layer = w->layer + 1 };
    }
    return NULL;
}

/* The next run of the entry that is known, and of one kind; false: none. */
static bool
next_run(const struct entry *e, struct ft_disk_changes_walk *w,
         struct ft_disk_changes_run *run)
{
    unsigned from;

    while (w->sector < SECTORS && !is_in(e->known, w->sector))
        w->sector++;
    if (w->sector == SECTORS)
        return false;
    from = w->sector;
    run->disk = e->disk;
    run->zero = is_in(e->zero, from);
    run->offset = e->chunk * FT_CHUNK_SIZE + from * SECTOR;
    while (w->sector < SECTORS && is_in(e->known, w->sector) &&
           is_in(e->zero, w->sector) == run->zero)
        w->sector++;
    run->length = (w->sector - from) * SECTOR;
    return true;
}

int
ft_disk_changes_next(struct ft_disk_changes *c, struct ft_disk_changes_walk *w,
                     struct ft_disk_changes_run *run, void *data)
{
    const struct entry *e;
    int rc = 0;

    while ((e = entry_at(c, w)) && !next_run(e, w, run)) {
        w->entry++;
        w->sector = 0;
    }
    if (!e)
        return 0;
    if (!run->zero)
        rc = ft_pread_full(c->layers[w->layer].fd, data, run->length,
                           w->entry * FT_CHUNK_SIZE +
                               run->offset % FT_CHUNK_SIZE);
    return rc ? rc : 1;
}

/* ----- begin and end ----- */

int
ft_disk_changes_new(const char *folder, size_t n, uint64_t limit,
                    struct ft_disk_changes **out, struct ft_error *err)
{
    struct ft_disk_changes *c = calloc(1, sizeof(*c));
    int rc = 0;

    if (!c)
        return ft_fail(err, ENOMEM, NULL, "no memory for a disk's changes");
    c->disks = n;
    c->limit = limit;
    for (size_t i = 0; i < FT_ARRAY_SIZE(c->layers); i++) {
        c->layers[i].fd = ft_unlinked_file(folder);
        rc = c->layers[i].fd < 0 && !rc ? c->layers[i].fd : rc;
    }
    ft_disk_changes_begin(c);
    if (rc) {
        ft_disk_changes_free(c);
        return ft_fail(err, -rc, NULL, "cannot make a file in %s: %s", folder,
                       strerror(-rc));
    }
    *out = c;
    return 0;
}

void
ft_disk_changes_free(struct ft_disk_changes *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < FT_ARRAY_SIZE(c->layers); i++) {
        ft_chunk_map_free(c->layers[i].map);
        free(c->layers[i].entries);
        if (c->layers[i].fd >= 0)
            close(c->layers[i].fd);
    }
    free(c);
}
