/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/chunk-map.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

#define ROOM_MAX (UINT32_C(1) << 31)

struct entry {
    uint64_t key; /* 0: none here */
    uint32_t place;
};

/* Open addressing; at least half of the slots, a power of two, stay empty. */
struct ft_chunk_map {
    struct entry *slots;
    uint64_t mask;
    size_t count, room;
};

/* 16 bits of disk, 47 of chunk: a disk has 2^63 bytes at most. */
static uint64_t
key_of(unsigned disk, uint64_t chunk)
{
    return (((uint64_t)disk << 47) | chunk) + 1;
}

/* Fibonacci hashing (Knuth, volume 3, 6.4): neighbours are spread. */
static uint64_t
first_slot(const struct ft_chunk_map *map, uint64_t key)
{
    return (key * UINT64_C(0x9e3779b97f4a7c15)) >> 20 & map->mask;
}

static struct entry *
slot_of(const struct ft_chunk_map *map, uint64_t key)
{
    uint64_t at = first_slot(map, key);

    while (map->slots[at].key && map->slots[at].key != key)
        at = (at + 1) & map->mask;
    return &map->slots[at];
}

struct ft_chunk_map *
ft_chunk_map_new(size_t room)
{
    struct ft_chunk_map *map = calloc(1, sizeof(*map));
    uint64_t slots = 2;

    while (slots < 2 * (uint64_t)FT_MIN(room, ROOM_MAX))
        slots *= 2;
    if (map && room && room <= ROOM_MAX)
        map->slots = calloc(slots, sizeof(*map->slots));
    if (!map || !map->slots) {
        free(map);
        return NULL;
    }
    map->mask = slots - 1;
    map->room = room;
    return map;
}

void
ft_chunk_map_free(struct ft_chunk_map *map)
{
    if (!map)
        return;
    free(map->slots);
    free(map);
}

bool
ft_chunk_map_find(const struct ft_chunk_map *map, unsigned disk, uint64_t chunk,
                  uint32_t *place)
{
    const struct entry *entry = slot_of(map, key_of(disk, chunk));

    if (entry->key && place)
        *place = entry->place;
    return entry->key != 0;
}

int
ft_chunk_map_add(struct ft_chunk_map *map, unsigned disk, uint64_t chunk,
                 uint32_t place)
{
    uint64_t key = key_of(disk, chunk);

    if (map->count == map->room)
        return -ENOSPC;
    *slot_of(map, key) = (struct entry){ key, place };
    map->count++;
    return 0;
}

size_t
ft_chunk_map_count(const struct ft_chunk_map *map)
{
    return map->count;
}
