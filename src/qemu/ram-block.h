/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A RAM block of a QEMU process: what ram-blocks.h finds and others handle. Plain data.
 */
#ifndef FT_QEMU_RAM_BLOCK_H
#define FT_QEMU_RAM_BLOCK_H

#include <stdint.h>

#define FT_RAM_BLOCKS_MAX 128

struct ft_ram_block {
    char name[64];         /* QEMU's: "pc.ram", "0000:00:02.0/vga.vram" */
    uint64_t host;         /* address in QEMU's process */
    uint64_t size;         /* bytes, whole pages */
    uint64_t offset, used; /* QEMU's own: its number of the first byte; bytes */
};

#endif
