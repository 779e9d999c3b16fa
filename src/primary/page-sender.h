/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest pages on their way out: read from QEMU, encoded, sent as frames of an
 * epoch. Memory is bounded by the buffer that ft_page_sender_open is given.
 *
 * Threads: the replication thread only.
 */
#ifndef FT_PRIMARY_PAGE_SENDER_H
#define FT_PRIMARY_PAGE_SENDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "primary/outgoing.h"
#include "qemu/guest-memory.h"

struct ft_page_sender;

/* limit: bytes of pages held in memory at most, at least 1 MiB. */
int ft_page_sender_open(struct ft_guest_memory *memory, struct ft_outgoing *out,
                        size_t limit, struct ft_page_sender **sender,
                        struct ft_error *err);
void ft_page_sender_close(struct ft_page_sender *sender);

/* Compress pages from now on, or no longer. */
void ft_page_sender_set_compress(struct ft_page_sender *sender, int on);

/*
 * Copies all pages of set into memory, while the VM is stopped. -E2BIG when
 * the set is larger than the limit: use ft_page_sender_stream then.
 */
int ft_page_sender_copy(struct ft_page_sender *sender,
                        const struct ft_page_set *set, struct ft_error *err);

/* Those bytes, which may be changed or moved before they are sent. */
unsigned char *ft_page_sender_copied(struct ft_page_sender *sender);

/* Sends what was copied, as part of epoch. */
int ft_page_sender_send(struct ft_page_sender *sender,
                        const struct ft_page_set *set, uint64_t epoch,
                        struct ft_error *err);

/*
 * Copies and sends set piece by piece. progress (may be NULL) is told the
 * bytes done after each piece; non-zero ends it with that code.
 */
int ft_page_sender_stream(struct ft_page_sender *sender,
                          const struct ft_page_set *set, uint64_t epoch,
                          int (*progress)(void *opaque, uint64_t done),
                          void *opaque, struct ft_error *err);

/* Bytes allocated for copied pages. */
size_t ft_page_sender_buffer(const struct ft_page_sender *sender);

/* Pages sent since it was opened. */
void ft_page_sender_counts(const struct ft_page_sender *sender, uint64_t *data,
                           uint64_t *zero);

#endif
