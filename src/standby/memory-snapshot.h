/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The waiting QEMU's guest memory as it was at a moment, brought into another QEMU
 * of the same machine, while its one writer goes on: a page that the writer is
 * about to overwrite it brings over first, unless it is there already; the rest is
 * brought by who wants it.
 *
 * As with disks (disk/disk-snapshot.h) the writer never waits for that one, nor
 * fails for it: what cannot be brought over, or not in FT_SNAPSHOT_KEEP_NS a round,
 * ends it. Counted by reference. Threads: any, but for one writer, and one who
 * brings over. Costs a bit a page.
 */
#ifndef FT_STANDBY_MEMORY_SNAPSHOT_H
#define FT_STANDBY_MEMORY_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "qemu/ram-blocks.h"

struct ft_memory_snapshot;

struct ft_memory_of { /* one QEMU's */
    pid_t pid;
    const struct ft_ram_block *blocks; /* copied */
    size_t n;
};

/* -EINVAL: they are not of the same blocks; -ENOMEM. */
int ft_memory_snapshot_new(const struct ft_memory_of *from,
                           const struct ft_memory_of *to,
                           struct ft_memory_snapshot **out,
                           struct ft_error *err);
struct ft_memory_snapshot *ft_memory_snapshot_ref(
    struct ft_memory_snapshot *snapshot);
void ft_memory_snapshot_unref(struct ft_memory_snapshot *snapshot);

/* The writer: a round begins; then, before it writes there (whole pages). */
void ft_memory_snapshot_round(struct ft_memory_snapshot *snapshot);
void ft_memory_snapshot_keep(struct ft_memory_snapshot *snapshot,
                             unsigned block, uint64_t offset, uint64_t length);

/*
 * Brings over whatever is not there, once the writer shows it what it writes. 0:
 * all of it is, as it was. -ESTALE: it has ended, see ft_memory_snapshot_ended.
 */
int ft_memory_snapshot_bring(struct ft_memory_snapshot *snapshot);

/* Ends it at once, without waiting for anybody; the first reason stays. */
void ft_memory_snapshot_end(struct ft_memory_snapshot *snapshot,
                            const struct ft_error *why);

/* Whether it has ended, and why; out may be NULL. */
bool ft_memory_snapshot_ended(struct ft_memory_snapshot *snapshot,
                              struct ft_error *out);

#endif
