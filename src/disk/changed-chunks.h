/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which chunks of some disks were written since some moments, each of which has a
 * name: a bit a chunk and moment, and a bound for all of them. What is lost is
 * forgotten, never guessed.
 *
 * Pure. Threads: the caller's lock; a set is its owner's.
 */
#ifndef FT_DISK_CHANGED_CHUNKS_H
#define FT_DISK_CHANGED_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "disk/chunk-map.h"

/* Moments that are known at most: the oldest gives way to a new one. */
#define FT_CHANGES_MOMENTS 16

/* And bytes for all of their bits, of which a TiB of disks takes 2 MiB a moment. */
#define FT_CHANGES_BYTES (UINT64_C(64) << 20)

#define FT_MOMENT_SIZE 37 /* of a name, a UUID with its NUL */

struct ft_changed_chunks;
struct ft_chunk_set;

/* Of n disks of these sizes in bytes, FT_DISKS_MAX at most. NULL: no memory. */
struct ft_changed_chunks *ft_changed_chunks_new(const uint64_t *sizes, size_t n);
void ft_changed_chunks_free(struct ft_changed_chunks *changes);

/*
 * From now on what is written is known to be since this moment, too. -E2BIG: the
 * disks are too large for the bound; -ENOMEM.
 */
int ft_changed_chunks_mark(struct ft_changed_chunks *changes, const char *name);

/* Whether there is a moment, and so a use of what is added. */
bool ft_changed_chunks_wanted(const struct ft_changed_chunks *changes);

/* This will be written now; within the disk. */
void ft_changed_chunks_add(struct ft_changed_chunks *changes, unsigned disk,
                           uint64_t offset, uint64_t length);

/* What was written since that moment. -ENOENT: it is not known; -ENOMEM. */
int ft_changed_chunks_since(const struct ft_changed_chunks *changes,
                            const char *name, struct ft_chunk_set **out);
void ft_chunk_set_free(struct ft_chunk_set *set);

/*
 * Whether what is at offset is in the set, for *run bytes, 1 to length, in whole
 * chunks but at the ends; within the disk.
 */
bool ft_chunk_set_has(const struct ft_chunk_set *set, unsigned disk,
                      uint64_t offset, uint64_t length, uint64_t *run);

#endif
