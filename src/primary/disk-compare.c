/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/disk-compare.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define UNIT ((uint64_t)FT_DISK_HASH_UNIT)

struct disk {
    uint64_t size;
    uint64_t *owed; /* a bit for each unit of zeros; NULL: not compared */
};

struct ft_disk_compare {
    struct ft_outgoing *out;
    pthread_mutex_t lock;
    bool over;
    uint64_t same; /* bytes */
    size_t n;
    struct disk disks[FT_DISKS_MAX];
};

static uint64_t
count_units(uint64_t bytes)
{
    return bytes / UNIT + (bytes % UNIT != 0);
}

struct ft_disk_compare *
ft_disk_compare_new(struct ft_outgoing *out, uint64_t kept,
                    const uint64_t *sizes, size_t n)
{
    struct ft_disk_compare *c = n <= FT_DISKS_MAX ? calloc(1, sizeof(*c)) : NULL;

    if (!c)
        return NULL;
    c->out = out;
    pthread_mutex_init(&c->lock, NULL);
    for (c->n = 0; c->n < n; c->n++) {
        struct disk *d = &c->disks[c->n];

        d->size = sizes[c->n];
        if (!(kept >> c->n & 1))
            continue;
        d->owed = calloc(count_units(d->size) / 64 + 1, sizeof(*d->owed));
        if (!d->owed) {
            ft_disk_compare_free(c);
            return NULL;
        }
    }
    return c;
}

void
ft_disk_compare_free(struct ft_disk_compare *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        free(c->disks[i].owed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* The disk, when it is compared still. Called locked. */
static struct disk *
find(struct ft_disk_compare *c, unsigned disk)
{
    return !c->over && disk < c->n && c->disks[disk].owed ? &c->disks[disk]
                                                          : NULL;
}

static bool
is_owed(const struct disk *d, uint64_t unit)
{
    return d->owed[unit / 64] >> unit % 64 & 1;
}

static void
set_owed(struct disk *d, uint64_t unit, bool owed)
{
    uint64_t bit = UINT64_C(1) << unit % 64;

    d->owed[unit / 64] =
        owed ? d->owed[unit / 64] | bit : d->owed[unit / 64] & ~bit;
}

static uint64_t
end_of(const struct disk *d, uint64_t unit)
{
    return FT_MIN((unit + 1) * UNIT, d->size);
}

/* ----- data ----- */

/* Zeros that are owed where only a part is written come before it. */
static void
settle(struct ft_disk_compare *c, unsigned disk, uint64_t offset,
       uint64_t length)
{
    struct disk *d = &c->disks[disk];

    for (uint64_t u = offset / UNIT; u * UNIT < offset + length; u++) {
        if (is_owed(d, u) &&
            (u * UNIT < offset || end_of(d, u) > offset + length))
            ft_outgoing_zero_disk(c->out, disk, u * UNIT,
                                  end_of(d, u) - u * UNIT, 1);
        set_owed(d, u, false);
    }
}

static bool
is_same(const unsigned char *ours, const unsigned char *theirs, size_t unit)
{
    size_t at = unit * FT_DISK_HASH_SIZE;

    return memcmp(ours + at, theirs + at, FT_DISK_HASH_SIZE) == 0;
}

static void
send_differences(struct ft_disk_compare *c, unsigned disk, uint64_t offset,
                 const unsigned char *data, size_t length)
{
    unsigned char ours[FT_DISK_HASHES_MAX], theirs[FT_DISK_HASHES_MAX];
    size_t n = ft_disk_hashes(data, length, ours) / FT_DISK_HASH_SIZE;
    size_t begin, end;

    if (ft_outgoing_hash_disk(c->out, disk, offset, length, theirs)) {
        ft_outgoing_write_disk(c->out, disk, offset, data, length);
        return;
    }
    for (begin = 0; begin < n; begin = end) {
        bool same = is_same(ours, theirs, begin);
        size_t at = begin * UNIT, bytes;

        for (end = begin + 1; end < n && is_same(ours, theirs, end) == same;)
            end++;
        bytes = FT_MIN(end * UNIT, length) - at;
        if (same)
            c->same += bytes;
        else
            ft_outgoing_write_disk(c->out, disk, offset + at, data + at, bytes);
    }
}

bool
ft_disk_compare_write(struct ft_disk_compare *c, unsigned disk, uint64_t offset,
                      const void *data, size_t length)
{
    bool compared;

    if (!c)
        return false;
    pthread_mutex_lock(&c->lock);
    compared = find(c, disk) != NULL;
    if (compared)
        settle(c, disk, offset, length);
    if (compared && length >= UNIT)
        send_differences(c, disk, offset, data, length);
    else if (compared) /* the guest's: not worth a question */
        ft_outgoing_write_disk(c->out, disk, offset, data, length);
    pthread_mutex_unlock(&c->lock);
    return compared;
}

/* ----- zeros ----- */

static void
owe(struct ft_disk_compare *c, unsigned disk, uint64_t offset, uint64_t length)
{
    struct disk *d = &c->disks[disk];
    uint64_t end = offset + length, u;

    for (u = offset / UNIT; u * UNIT < end; u++) {
        uint64_t from = FT_MAX(u * UNIT, offset), to = FT_MIN(end_of(d, u), end);

        if (to - from == end_of(d, u) - u * UNIT)
            set_owed(d, u, true);
        else if (!is_owed(d, u))
            ft_outgoing_zero_disk(c->out, disk, from, to - from, 1);
    }
}

bool
ft_disk_compare_zero(struct ft_disk_compare *c, unsigned disk, uint64_t offset,
                     uint64_t length)
{
    bool compared;

    if (!c)
        return false;
    pthread_mutex_lock(&c->lock);
    compared = find(c, disk) != NULL;
    if (compared)
        owe(c, disk, offset, length);
    pthread_mutex_unlock(&c->lock);
    return compared;
}

static void
pay(struct ft_disk_compare *c, unsigned disk)
{
    const struct disk *d = &c->disks[disk];
    uint64_t n = count_units(d->size), begin, end;

    for (begin = 0; begin < n; begin = end) {
        bool owed = is_owed(d, begin);

        for (end = begin + 1; end < n && is_owed(d, end) == owed;)
            end++;
        if (owed)
            ft_outgoing_zero_disk(c->out, disk, begin * UNIT,
                                  end_of(d, end - 1) - begin * UNIT, 1);
    }
}

uint64_t
ft_disk_compare_end(struct ft_disk_compare *c)
{
    uint64_t same;

    if (!c)
        return 0;
    pthread_mutex_lock(&c->lock);
    for (unsigned i = 0; i < c->n; i++)
        if (find(c, i))
            pay(c, i);
    c->over = true;
    same = c->same;
    pthread_mutex_unlock(&c->lock);
    return same;
}
