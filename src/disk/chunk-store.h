/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chunks of some disks, kept in a file without a name and with a bound, which
 * leaves some of its file system free.
 *
 * Threads: any; one that keeps or changes the chunks of a disk. What was kept is
 * where it was until the end. Errors are -errno. Fault points: chunk-store-write
 * (any write fails), chunk-store-room (ENOSPC).
 */
#ifndef FT_DISK_CHUNK_STORE_H
#define FT_DISK_CHUNK_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "disk/chunk-map.h"

struct ft_chunk_store;

/* How much of a file system of so many bytes no store takes, in bytes. Pure. */
uint64_t ft_chunk_store_left(uint64_t total);

/*
 * An empty one in folder, for limit bytes of data at most, and four times as many
 * together with zeros. -ENOSPC: there is no room at all.
 */
int ft_chunk_store_new(const char *folder, uint64_t limit,
                       struct ft_chunk_store **out, struct ft_error *err);
void ft_chunk_store_free(struct ft_chunk_store *store);

/* Whether a chunk is kept, and then where. place may be NULL. */
bool ft_chunk_store_find(struct ft_chunk_store *store, unsigned disk,
                         uint64_t chunk, uint32_t *place);

/*
 * Keeps length bytes, FT_CHUNK_SIZE at most, of a chunk that is not kept. data
 * NULL: zeros, which take no room, and cannot be written over. 0; -ENOSPC: its
 * bound, or the room of the file system; -EIO and others.
 */
int ft_chunk_store_keep(struct ft_chunk_store *store, unsigned disk,
                        uint64_t chunk, const void *data, size_t length);

/* Of the chunk at place, from offset in it. */
int ft_chunk_store_read(struct ft_chunk_store *store, uint32_t place,
                        uint64_t offset, void *data, size_t length);

/* Writes over a part of it; -EINVAL: of one that was kept as zeros. */
int ft_chunk_store_write(struct ft_chunk_store *store, uint32_t place,
                         uint64_t offset, const void *data, size_t length);

/* Gives the room back; nothing that is in it can be read any more. */
void ft_chunk_store_drop(struct ft_chunk_store *store);

/* Bytes that it has in its file. */
uint64_t ft_chunk_store_bytes(struct ft_chunk_store *store);

#endif
