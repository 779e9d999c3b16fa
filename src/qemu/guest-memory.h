/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest memory of a running QEMU, seen from outside: which pages were written
 * since the last look, and what is in them.
 *
 * A userfaultfd of QEMU's address space with asynchronous write-protection
 * (Linux >= 6.7) tracks writes in the page tables; PAGEMAP_SCAN reads and
 * re-arms them in one step. QEMU is neither patched nor restarted: an open
 * /dev/userfaultfd is given to it by QMP, and one ioctl(2) is injected.
 * Scan only while the VM is stopped: pages pinned for device I/O change
 * without a fault, and only a stop drains them (design, section 4). Who only
 * counts pages, and copies none, may scan while it runs.
 *
 * Ownership: ft_guest_memory is freed by detach. Threads: one thread at a time
 * scans; ft_guest_memory_read may be called from several.
 * Source: linux/userfaultfd.h, Documentation/admin-guide/mm/pagemap.rst,
 * userfaultfd(2).
 */
#ifndef FT_QEMU_GUEST_MEMORY_H
#define FT_QEMU_GUEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "qemu/page-set.h"
#include "qemu/process-memory.h"
#include "qemu/ram-blocks.h"

struct ft_guest_memory;

/*
 * 0 when this kernel and this process can track guest memory; else -ENOTSUP
 * (or -EACCES) and in err what is missing. Changes nothing.
 */
int ft_guest_memory_supported(struct ft_error *err);

/*
 * Begins to track the guest RAM of the domain, whose QEMU is pid, with roms its ROMs
 * as well (ft_ram_blocks_find). Takes over what a dead worker left in QEMU. On failure
 * QEMU is as before.
 */
int ft_guest_memory_attach(virDomainPtr dom, pid_t pid, bool roms,
                           struct ft_guest_memory **out, struct ft_error *err);

/*
 * The same without ROMs, for who only looks for a while: QEMU keeps nothing, so the kernel ends
 * the tracking when this process ends, however. -EBUSY: it is tracked already.
 */
int ft_guest_memory_attach_apart(virDomainPtr dom, pid_t pid,
                                 struct ft_guest_memory **out,
                                 struct ft_error *err);

/* For so long, ns, QEMU's main thread has stood at most for what was done in it. */
int64_t ft_guest_memory_held_ns(const struct ft_guest_memory *memory);

/* The blocks that are tracked; they belong to memory. */
const struct ft_ram_block *ft_guest_memory_blocks(
    const struct ft_guest_memory *memory, size_t *n);

/* Bytes of all blocks together. */
uint64_t ft_guest_memory_size(const struct ft_guest_memory *memory);

/*
 * Before a first scan, while the VM runs: arms what will have to be armed, in
 * slices, so that the VM does not stand for it. That scan reports every page
 * all the same, so nothing is lost of what is written meanwhile, by whatever.
 */
int ft_guest_memory_arm_ahead(struct ft_guest_memory *memory,
                              struct ft_error *err);

/*
 * Replaces set by the pages written since the last scan, and arms them again.
 * The VM must be stopped. The first scan after attach reports every page. On
 * failure the set is the whole memory and so will be the next scan's.
 */
int ft_guest_memory_scan(struct ft_guest_memory *memory,
                         struct ft_page_set *set, struct ft_error *err);

/*
 * The same without arming: pages written since the last ft_guest_memory_scan
 * stay reported. May run while the VM runs (copy-behind's second look).
 */
int ft_guest_memory_peek(struct ft_guest_memory *memory,
                         struct ft_page_set *set, struct ft_error *err);

/* Makes the next scan report every page again. */
void ft_guest_memory_forget(struct ft_guest_memory *memory);

/* Copies length bytes at offset of a block. -ESRCH when QEMU is gone,
 * -ERANGE outside of the block. */
int ft_guest_memory_read(const struct ft_guest_memory *memory, size_t block,
                         uint64_t offset, void *out, size_t length,
                         struct ft_error *err);

/*
 * Copies n runs, one behind the other, to out, which has room for size bytes.
 * -ENOBUFS when the runs are longer than that.
 */
int ft_guest_memory_read_runs(const struct ft_guest_memory *memory,
                              const struct ft_page_run *runs, size_t n,
                              void *out, size_t size, struct ft_error *err);

/*
 * Ends the tracking, closes the descriptor inside QEMU, and frees memory, also
 * when it fails (err then says what was left behind). NULL is a no-op.
 */
int ft_guest_memory_detach(struct ft_guest_memory *memory, struct ft_error *err);

/* Frees memory and leaves the tracking in QEMU for the next worker. */
void ft_guest_memory_abandon(struct ft_guest_memory *memory);

/* Ends the tracking that dead workers left in dom's QEMU, process pid; *closed
 * counts descriptors, may be NULL. */
int ft_guest_memory_remove_leftovers(virDomainPtr dom, pid_t pid,
                                     unsigned *closed, struct ft_error *err);

#endif
