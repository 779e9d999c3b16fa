/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Full comparison of the two sides (a test mode, and the ground for the scrub):
 * at an epoch boundary the primary hashes a part of memory or disks while the VM
 * is stopped; the standby hashes its own after applying that epoch, and answers
 * after the last part, with which comes the device state, how much differs.
 *
 * VERIFY payload, little endian: u32 kind (0 memory, 1 disk, 2 end), u32 index
 * of the block or disk, u64 offset in bytes, then XXH3-64 hashes (u64) of
 * consecutive units of 4 KiB of memory or 64 KiB of disk; for the end one
 * hash, of the device state. ft-protocol(7). Pure; nothing is owned.
 */
#ifndef FT_LINK_VERIFY_WIRE_H
#define FT_LINK_VERIFY_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define FT_VERIFY_MEMORY 0
#define FT_VERIFY_DISK 1
#define FT_VERIFY_END 2
#define FT_VERIFY_HEADER_SIZE 16
#define FT_VERIFY_DISK_UNIT 65536u
#define FT_VERIFY_HASHES_MAX 65536u /* in one frame */

struct ft_verify_part {
    uint32_t kind;
    uint32_t index;              /* 0 of the end, as the offset */
    uint64_t offset;             /* bytes, the begin of a unit */
    size_t n;                    /* hashes: 1 to FT_VERIFY_HASHES_MAX */
    const unsigned char *hashes; /* 8 bytes each; in the payload */
};

/* Bytes of what one hash is of; 0 of the end. */
size_t ft_verify_unit(uint32_t kind);

/* What stands before the hashes. */
void ft_verify_encode(const struct ft_verify_part *part,
                      unsigned char out[FT_VERIFY_HEADER_SIZE]);

/*
 * 0, or -EPROTO with a text that names the field. Whether there are such a block or
 * disk, and so many bytes of it, is the caller's to find: see ft_verify_fits.
 */
int ft_verify_decode(const void *payload, size_t size,
                     struct ft_verify_part *part, struct ft_error *err);

/*
 * Whether a decoded part lies in a block or disk of so many bytes; of a disk the last
 * unit may be shorter.
 */
bool ft_verify_fits(const struct ft_verify_part *part, uint64_t area);

#endif
