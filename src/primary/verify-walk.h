/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In which order, and how much at a stop, everything is read that a comparison
 * compares: each byte once. Pure.
 *
 * A guest stands while it is read, so a stop ends after FT_VERIFY_STOP_NS or so
 * many bytes, whichever comes first, and reads one piece at least. Disks get
 * fewer bytes: the standby reads as many before it acknowledges the next epoch,
 * maybe from a disk that turns (8 MiB: 80 ms).
 */
#ifndef FT_PRIMARY_VERIFY_WALK_H
#define FT_PRIMARY_VERIFY_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "link/page-codec.h"

#define FT_VERIFY_PIECE ((size_t)1 << 20)
#define FT_VERIFY_STOP_MEMORY ((uint64_t)32 << 20) /* bytes */
#define FT_VERIFY_STOP_DISK ((uint64_t)8 << 20)
#define FT_VERIFY_STOP_PIECES 96
#define FT_VERIFY_STOP_NS INT64_C(10000000)
#define FT_VERIFY_AREAS_MAX (FT_RAM_BLOCKS_MAX + FT_DISKS_MAX)

struct ft_verify_piece {
    uint32_t kind, index; /* as in verify-wire.h */
    uint64_t offset;      /* bytes */
    size_t size;          /* 1 to FT_VERIFY_PIECE */
};

struct ft_verify_walk { /* zero bytes are an empty one */
    struct {
        uint32_t kind, index;
        uint64_t from, size;
    } areas[FT_VERIFY_AREAS_MAX];
    size_t n, area; /* the one that is next */
    uint64_t at;    /* ... from here on, counted from its begin */
    uint64_t stop_bytes;
    size_t stop_pieces;
};

/* Behind all others; false: there are too many. One without bytes is none. */
bool ft_verify_walk_add(struct ft_verify_walk *walk, uint32_t kind,
                        uint32_t index, uint64_t size);

/* The same, of bytes that begin at from. */
bool ft_verify_walk_add_part(struct ft_verify_walk *walk, uint32_t kind,
                             uint32_t index, uint64_t from, uint64_t size);

/* The guest stands anew. */
void ft_verify_walk_stop(struct ft_verify_walk *walk);

/*
 * What is to be read next in this stop, in which reading has taken spent_ns so
 * far; false: nothing more. Pieces of a stop are of memory, or of one disk.
 */
bool ft_verify_walk_next(struct ft_verify_walk *walk, int64_t spent_ns,
                         struct ft_verify_piece *piece);

bool ft_verify_walk_is_done(const struct ft_verify_walk *walk);

#endif
