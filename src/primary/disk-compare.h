/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A first copy onto replicas that hold something already: only what differs is
 * sent. What QEMU writes is hashed in units of 64 KiB, the standby hashes what
 * it has there with all that was sent before, and equal units stay away. Nothing
 * is believed of a replica but what it was just read to hold.
 *
 * QEMU zeroes a whole disk first where it may give its space back (mirror.c,
 * mirror_dirty_init), and would so take away what is to be compared. Zeros are
 * therefore owed until the copy's end, but where data comes first.
 *
 * Threads: write and zero from the one that serves the disks, end from another.
 */
#ifndef FT_PRIMARY_DISK_COMPARE_H
#define FT_PRIMARY_DISK_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "primary/outgoing.h"

struct ft_disk_compare;

/*
 * kept has a bit for each disk that is compared, by its number; sizes are in
 * bytes. out outlives it. NULL: no memory.
 */
struct ft_disk_compare *ft_disk_compare_new(struct ft_outgoing *out,
                                            uint64_t kept,
                                            const uint64_t *sizes, size_t n);
void ft_disk_compare_free(struct ft_disk_compare *compare);

/*
 * Takes a write, or zeros, of a disk; failures of the link are nobody's concern
 * here (disk-feed.h). False: it is not compared (any more), or compare is NULL,
 * and the caller sends it.
 */
bool ft_disk_compare_write(struct ft_disk_compare *compare, unsigned disk,
                           uint64_t offset, const void *data, size_t length);
bool ft_disk_compare_zero(struct ft_disk_compare *compare, unsigned disk,
                          uint64_t offset, uint64_t length);

/*
 * All is copied: sends the zeros that are owed, and compares no more. Returns
 * the bytes that were the same, 0 for NULL; again, the same answer.
 */
uint64_t ft_disk_compare_end(struct ft_disk_compare *compare);

#endif
