/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashes of guest memory, by which a copy onto memory that holds something already
 * sends only the pages that differ (ft-protocol(7)). Pure.
 *
 * RAM_HASH    u16 block, u16 0, u32 length, u64 offset: little endian, in bytes,
 *             both whole pages, 1 MiB at most; the question's number is in the
 *             frame's epoch field
 * RAM_HASHES  the answer, with that number: the XXH3-128 of each page (high half
 *             first: XXH128_canonical_t, xxhash.h)
 *
 * All 128 bits are compared, as of disks (payload.h): of 2^40 pages that differ one
 * is taken for equal with a probability of 2^-88.
 */
#ifndef FT_LINK_PAGE_HASH_H
#define FT_LINK_PAGE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "link/page-codec.h"

#define FT_RAM_HASH_SIZE 16 /* of a question */
#define FT_PAGE_HASH_SIZE 16
#define FT_HASHED_PAGES_MAX (FT_FRAME_DATA_MAX / FT_PAGE_SIZE)
#define FT_PAGE_HASHES_MAX (FT_HASHED_PAGES_MAX * FT_PAGE_HASH_SIZE) /* bytes */
#define FT_HASHED_SPANS_MAX ((FT_HASHED_PAGES_MAX + 1) / 2)

struct ft_page_range {
    unsigned block;
    uint64_t offset; /* in the block */
    size_t length;   /* 1 to FT_HASHED_PAGES_MAX pages, in bytes */
};

void ft_ram_hash_encode(const struct ft_page_range *range,
                        unsigned char out[FT_RAM_HASH_SIZE]);

/*
 * Decodes a question about one of n blocks of these sizes in bytes. 0, or -EPROTO
 * with a text that names the field.
 */
int ft_ram_hash_decode(const void *payload, size_t size, const uint64_t *sizes,
                       size_t n, struct ft_page_range *range,
                       struct ft_error *err);

/* Bytes of the answer about length bytes. */
size_t ft_page_hashes_size(size_t length);

/* Hashes length bytes of whole pages; returns the size of the answer. */
size_t ft_page_hashes(const void *data, size_t length,
                      unsigned char out[FT_PAGE_HASHES_MAX]);

/*
 * Where the hashes of so many bytes differ: runs of pages, ascending, with offsets
 * from the first page on. Returns how many.
 */
size_t ft_page_hashes_differ(const unsigned char *ours,
                             const unsigned char *theirs, size_t length,
                             struct ft_page_span out[FT_HASHED_SPANS_MAX]);

/*
 * Whether the next question is worth being asked, or its pages are sent without:
 * memory that has little in common shall not be slower to send for it. Zero bytes
 * are a begin.
 */
struct ft_page_hash_use {
    unsigned poor;    /* answers in a row in which almost all pages differed */
    unsigned skipped; /* questions since the last one that was asked */
};

bool ft_page_hash_is_of_use(struct ft_page_hash_use *use);

/* An answer: so many of bytes were the same. */
void ft_page_hash_note_use(struct ft_page_hash_use *use, uint64_t same,
                           uint64_t bytes);

#endif
