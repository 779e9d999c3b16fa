/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest pages that have arrived and are not yet in the waiting QEMU. A page that
 * comes again in the same epoch replaces what came before. Memory grows with the
 * epoch, up to the size of the guest, as long as the host has it to spare; that of
 * the pages shrinks again, that of their list (some 50 bytes a run of pages, 4
 * bytes a page that ever came) does not.
 *
 * Threads: one at a time. Fault point: staged-memory.
 */
#ifndef FT_STANDBY_STAGED_PAGES_H
#define FT_STANDBY_STAGED_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/load.h"
#include "qemu/ram-blocks.h"

struct ft_staged_pages;

/* For the blocks (copied) of process pid. NULL: no memory. */
struct ft_staged_pages *ft_staged_pages_new(pid_t pid,
                                            const struct ft_ram_block *blocks,
                                            size_t n);
void ft_staged_pages_free(struct ft_staged_pages *pages);

/*
 * Whether a host with so much memory has more bytes of it to spare: a 16th of it,
 * 1 GiB at most, is left to others. One that does not tell has. Pure.
 */
bool ft_staged_pages_fit(const struct ft_memory *memory, uint64_t more);

/*
 * Keeps length bytes (whole pages of the block) for offset of block; data NULL:
 * zeros. 0 or -ENOMEM: then a part of it may be kept.
 */
int ft_staged_pages_add(struct ft_staged_pages *pages, unsigned block,
                        uint64_t offset, uint64_t length, const void *data);

/* Tells what ft_staged_pages_write will write. */
typedef void ft_staged_pages_range(void *opaque, unsigned block,
                                   uint64_t offset, uint64_t length);
void ft_staged_pages_each(const struct ft_staged_pages *pages,
                          ft_staged_pages_range *each, void *opaque);

/* Writes all of them into the process, and forgets them. */
int ft_staged_pages_write(struct ft_staged_pages *pages, struct ft_error *err);

/* Bytes of data that are kept. */
uint64_t ft_staged_pages_bytes(const struct ft_staged_pages *pages);

/* Forgets them. NULL is a no-op. */
void ft_staged_pages_drop(struct ft_staged_pages *pages);

#endif
