/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of guest pages, as runs.
 *
 * Ownership: the struct is the caller's, its runs are freed by
 * ft_page_set_free. Threads: none of its own, one thread at a time.
 */
#ifndef FT_QEMU_PAGE_SET_H
#define FT_QEMU_PAGE_SET_H

#include <stddef.h>
#include <stdint.h>

#define FT_PAGE_SIZE 4096u

struct ft_page_run {
    uint64_t offset; /* bytes from the start of the block */
    uint64_t length; /* bytes, whole pages, > 0 */
    uint16_t block;  /* index into ft_guest_memory_blocks */
};

struct ft_page_set {          /* zero bytes are an empty set */
    struct ft_page_run *runs; /* by block, then offset; never overlapping */
    size_t n, capacity;       /* runs */
    uint64_t bytes;           /* sum of the lengths */
};

/* Empties the set and keeps its memory. */
void ft_page_set_clear(struct ft_page_set *set);

/* Frees the set's memory and leaves an empty set. */
void ft_page_set_free(struct ft_page_set *set);

/* Adds one run behind all others (joined to the last one where they touch).
 * -ENOMEM leaves the set. */
int ft_page_set_add(struct ft_page_set *set, uint16_t block, uint64_t offset,
                    uint64_t length);

/* Takes the first bytes (whole pages) away; of more than there are, all. */
void ft_page_set_drop(struct ft_page_set *set, uint64_t bytes);

/* into = into united with from, sorted, without overlap. -ENOMEM leaves into. */
int ft_page_set_merge(struct ft_page_set *into, const struct ft_page_set *from);

#endif
