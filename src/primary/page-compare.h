/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest pages on their way to a standby whose waiting QEMU holds some already: it is
 * asked for the hashes of what it has, 1 MiB a question, sixteen questions ahead,
 * so that both hosts read and hash at once and the link does not idle; only pages
 * that differ are sent. Nothing is believed of that memory but what it was just read
 * to hold, with all that was sent before.
 *
 * The VM runs meanwhile. Pages were armed at the stop that made the set: one that
 * the guest writes after that, be it before, while or after it is read and hashed
 * here, is in the next stop's set, and sent then. So a page that is left out held
 * what the standby has at some moment after the stop, and if that is not its last
 * content it comes again: as with pages that are sent (design, section 4).
 *
 * Threads: the replication thread only.
 */
#ifndef FT_PRIMARY_PAGE_COMPARE_H
#define FT_PRIMARY_PAGE_COMPARE_H

#include <stdint.h>

#include "base/error.h"
#include "primary/page-sender.h"

/*
 * As ft_page_sender_stream, through out, which sender sends through as well. *same
 * gets the bytes that were there. Also -ETIMEDOUT: the standby does not answer.
 */
int ft_page_compare_stream(struct ft_page_sender *sender,
                           struct ft_outgoing *out,
                           const struct ft_page_set *set, uint64_t epoch,
                           int (*progress)(void *opaque, uint64_t done),
                           void *opaque, uint64_t *same, struct ft_error *err);

#endif
