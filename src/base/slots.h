/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A short text that must be written when nothing else can be: it has its room
 * beforehand, in two files, PATH.0 and PATH.1, that are written in place, one
 * after the other, each with a serial number and a checksum. A power cut spoils
 * one of them at most, and the other one has the text of before, or the same. A
 * full disk is in the way of the first writing only, where the file system writes
 * in place (ext4, XFS, tmpfs; not btrfs, which needs room for each writing).
 *
 * A slot is FT_SLOT_SIZE bytes: a line of FT_SLOT_HEAD bytes, "ftadmin-record
 * SERIAL LENGTH CRC" and blanks, the text, and line ends. CRC is what cksum(1)
 * says of SERIAL, a line end and the text: libvirt's hook reads slots, too.
 *
 * One writer at a time; readers at any time. All return 0 or -errno.
 */
#ifndef FT_BASE_SLOTS_H
#define FT_BASE_SLOTS_H

#include <stddef.h>

#define FT_SLOT_SIZE 65536u
#define FT_SLOT_HEAD 64u
#define FT_SLOT_TEXT_MAX (FT_SLOT_SIZE - FT_SLOT_HEAD)

/*
 * Reads the newest text, which the caller frees and which is followed by a NUL.
 * -ENOENT: none was ever written; -EBADMSG: neither slot is whole; other errors
 * where a slot that is there cannot be read.
 */
int ft_slots_read(const char *path, char **text, size_t *size);

/*
 * Writes a text, and returns when the disk has it at least once. Mode 0600.
 * -EFBIG: it is longer than FT_SLOT_TEXT_MAX. After an error the text of before
 * is whole, and so may be the new one.
 */
int ft_slots_write(const char *path, const char *text, size_t size);

#endif
