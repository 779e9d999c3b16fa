/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the memory of a RAM block lies, by QEMU's own list of its blocks: for a QEMU
 * that does not tell addresses (before 8.1), and blocks of which another one has the
 * same size and that the guest does not have mapped, as the ROMs of PCI devices.
 *
 * A block's entry (struct RAMBlock, include/exec/ramblock.h) is known by three numbers
 * that QEMU told and that stand side by side in it: offset, used and total length,
 * with the name soon behind them. The address stands soon before, and is taken only
 * where a mapping of that size begins there.
 *
 * Reads the process, changes nothing. Threads: thread safe.
 */
#ifndef FT_QEMU_BLOCK_SEARCH_H
#define FT_QEMU_BLOCK_SEARCH_H

#include <stddef.h>
#include <sys/types.h>

#include "qemu/ram-block.h"

/*
 * Fills in host of those of the n blocks that have none and are found once, and not
 * in two ways. mappings: all that may be blocks' memory (ft_ram_mappings_parse). What
 * is not found stays 0. -ENOMEM, or what proc(5) says of the process.
 */
int ft_block_search(pid_t pid, const struct ft_ram_block *mappings,
                    size_t n_mappings, struct ft_ram_block *blocks, size_t n);

#endif
