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
 * hash, of the device state. ft-protocol(7).
 */
#ifndef FT_LINK_VERIFY_WIRE_H
#define FT_LINK_VERIFY_WIRE_H

#define FT_VERIFY_MEMORY 0
#define FT_VERIFY_DISK 1
#define FT_VERIFY_END 2
#define FT_VERIFY_HEADER_SIZE 16
#define FT_VERIFY_DISK_UNIT 65536u
#define FT_VERIFY_HASHES_MAX 65536u /* in one frame */

#endif
