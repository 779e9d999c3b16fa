/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which chunks of some disks are kept, and where: a table with a bound, in which
 * nothing is ever taken back or moved. 32 to 64 bytes of memory for each chunk that
 * there may be, whatever the size of the disks.
 *
 * Pure. Threads: the caller's lock.
 */
#ifndef FT_DISK_CHUNK_MAP_H
#define FT_DISK_CHUNK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes; the last chunk of a disk may be shorter. */
#define FT_CHUNK_SIZE (UINT64_C(64) << 10)

/* A place that stands for a chunk of zeros. */
#define FT_CHUNK_ZERO UINT32_MAX

struct ft_chunk_map;

/* For so many chunks at most. NULL: no memory, or none or too many (2^31). */
struct ft_chunk_map *ft_chunk_map_new(size_t room);
void ft_chunk_map_free(struct ft_chunk_map *map);

/* False: it is not kept. place may be NULL. */
bool ft_chunk_map_find(const struct ft_chunk_map *map, unsigned disk,
                       uint64_t chunk, uint32_t *place);

/* One that is not in it yet. 0; -ENOSPC: there are as many as may be. */
int ft_chunk_map_add(struct ft_chunk_map *map, unsigned disk, uint64_t chunk,
                     uint32_t place);

size_t ft_chunk_map_count(const struct ft_chunk_map *map);

#endif
