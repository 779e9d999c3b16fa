/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RAM blocks of two QEMUs of one machine, matched by name: their order is each
 * QEMU's own, and differs between versions. Pure.
 */
#ifndef FT_QEMU_BLOCK_MATCH_H
#define FT_QEMU_BLOCK_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "qemu/ram-blocks.h"

/*
 * Brings ours, *n of them, into the order of the others', and leaves out what is not
 * among these: that must be ROM, and roms_too must not ask for it as well. Of the
 * others' only name and size are looked at. -ENOTSUP names the block that is missing
 * here or there, or of another size; ours are as before then.
 */
int ft_blocks_match(struct ft_ram_block *ours, size_t *n,
                    const struct ft_ram_block *others, size_t n_others,
                    bool roms_too, struct ft_error *err);

#endif
