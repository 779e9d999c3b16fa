/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the RAM of a VM lies in the address space of its QEMU process.
 *
 * Threads: thread safe. Works on a running VM and on one that waits for an
 * incoming migration. Listed are the blocks that the guest can write, and the
 * firmware image (pc.bios), which QEMU leaves empty when it waits for an
 * incoming migration (hw/core/loader.c, rom_reset). Option ROMs (*.rom) and tables
 * (/rom@...) are listed where they are asked for: each QEMU loads its own, which
 * are those of its package, and the guest has found the first one's. How long a
 * table is comes with the device state (hw/nvram/fw_cfg.c, acpi_mr_restore).
 * Source: HMP `info ramblock`; from QEMU 8.1 on it prints host addresses;
 * before, the sizes are matched with the mappings that QEMU makes
 * (util/mmap-alloc.c, softmmu/physmem.c: read-write, MADV_DONTFORK, an
 * inaccessible guard page behind); where two have one size, HMP `info mtree -f` and
 * `gpa2hva` decide, and block-search.h about what the guest does not have mapped.
 */
#ifndef FT_QEMU_RAM_BLOCKS_H
#define FT_QEMU_RAM_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "qemu/ram-block.h"

/*
 * Fills out[0..*count), in QEMU's order; with roms, ROMs and tables as well, but
 * for those that this QEMU does not let be found. The two sides of a pair are matched
 * by name (block-match.h). -ENOTUNIQ names a block that cannot be told from another,
 * -ENOENT one that has no mapping, -E2BIG when there are more than max.
 */
int ft_ram_blocks_find(virDomainPtr dom, pid_t pid, bool roms,
                       struct ft_ram_block *out, size_t max, size_t *count,
                       struct ft_error *err);

/* Whether the block of that name is an option ROM or a table. */
bool ft_ram_block_is_rom(const char *name);

/*
 * The pure parts, for tests. ft_ram_blocks_parse reads `info ramblock`: listed
 * blocks to out, with host 0 where QEMU does not print it.
 * ft_ram_mappings_parse reads /proc/PID/smaps: what may be a RAM block, as
 * host and size.
 */
int ft_ram_blocks_parse(const char *text, bool roms, struct ft_ram_block *out,
                        size_t max, size_t *count, struct ft_error *err);
int ft_ram_mappings_parse(const char *smaps, struct ft_ram_block *out,
                          size_t max, size_t *count, struct ft_error *err);

/*
 * Guest-physical address of the region of that name from `info mtree -f`, and
 * the offset in the region that lies there. -ENOENT when it is not mapped.
 */
int ft_ram_region_find(const char *mtree, const char *block, uint64_t *address,
                       uint64_t *offset);

#endif
