/*
 * Where the guest-writable RAM of a QEMU process lies in its address space.
 *
 * Threads: thread safe. Works on a running VM and on one that waits for an
 * incoming migration. Blocks that the guest cannot write (firmware, option
 * ROMs, /rom@...) are left out: both sides have the same files.
 * Source: QMP x-query-ramblock (QEMU >= 8.1) prints host addresses; before,
 * the sizes of HMP `info ramblock`, matched with the mappings that
 * qemu/util/mmap-alloc.c makes (read-write, private, anonymous, MADV_DONTFORK,
 * one inaccessible guard page behind); where two have one size, HMP `info
 * mtree -f` and `gpa2hva` decide.
 */
#ifndef FT_ENGINE_RAM_BLOCKS_H
#define FT_ENGINE_RAM_BLOCKS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

#define FT_RAM_BLOCKS_MAX 64

struct ft_ram_block {
    char name[64];              /* QEMU's: "pc.ram", "0000:00:02.0/vga.vram" */
    uint64_t host;              /* address in QEMU's process */
    uint64_t size;              /* bytes, whole pages */
};

/*
 * Fills out[0..*count), in QEMU's order, which is the same on both sides of a
 * pair. -ENOTUNIQ names a block that cannot be told from another, -ENOENT one
 * that has no mapping, -E2BIG when there are more than max.
 */
int ft_ram_blocks_find(virDomainPtr dom, pid_t pid, struct ft_ram_block *out,
                       size_t max, size_t *count, struct ft_error *err);

#endif
