/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/guest-memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "qemu/page-scanners.h"
#include "qemu/uffd.h"

#define READ_VECTOR 1024 /* pieces per call, IOV_MAX */
/* Armed by one call: QEMU's mappings cannot change meanwhile. Bytes. */
#define ARM_SLICE (UINT64_C(64) << 20)

struct ft_guest_memory {
    pid_t pid;
    struct ft_uffd uffd;
    struct ft_ram_block blocks[FT_RAM_BLOCKS_MAX];
    size_t n_blocks;
    size_t n_registered;
    bool roms;      /* are among the blocks */
    bool forgotten; /* the next scan reports everything */
    struct ft_page_scanners scanners;
    unsigned processors;
};

int
ft_guest_memory_supported(struct ft_error *err)
{
    return ft_uffd_supported(err);
}

static int
register_blocks(struct ft_guest_memory *memory, struct ft_error *err)
{
    for (; memory->n_registered < memory->n_blocks; memory->n_registered++) {
        const struct ft_ram_block *block = &memory->blocks[memory->n_registered];
        int rc = ft_uffd_register(&memory->uffd, block->host, block->size, err);

        if (rc < 0)
            return ft_error_prefix(err, "RAM block %s", block->name);
    }
    return 0;
}

static int
open_scanners(struct ft_guest_memory *memory)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned most = 1;

    memory->processors = online > 1 ? (unsigned)online : 1;
    for (size_t i = 0; i < memory->n_blocks; i++)
        most = FT_MAX(most, ft_page_scanners_for(memory->blocks[i].size,
                                                 memory->processors));
    return ft_page_scanners_open(&memory->scanners, memory->pid, most);
}

static int
attach(virDomainPtr dom, struct ft_guest_memory *memory, bool apart,
       struct ft_error *err)
{
    int rc = ft_ram_blocks_find(dom, memory->pid, memory->roms, memory->blocks,
                                FT_RAM_BLOCKS_MAX, &memory->n_blocks, err);

    if (rc < 0)
        return rc;
    rc = open_scanners(memory);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "page map of QEMU: %s", strerror(-rc));
    rc = apart ? ft_uffd_open_apart(dom, memory->pid, &memory->uffd, err)
               : ft_uffd_open(dom, memory->pid, &memory->uffd, err);
    return rc < 0 ? rc : register_blocks(memory, err);
}

static int
begin(virDomainPtr dom, pid_t pid, bool roms, bool apart,
      struct ft_guest_memory **out, struct ft_error *err)
{
    struct ft_guest_memory *memory;
    int rc = ft_uffd_supported(err);

    *out = NULL;
    if (rc < 0)
        return rc;
    memory = calloc(1, sizeof(*memory));
    if (!memory)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    memory->pid = pid;
    memory->uffd = (struct ft_uffd){ pid, -1, -1, 0 };
    memory->roms = roms;
    memory->forgotten = true;
    rc = attach(dom, memory, apart, err);
    if (rc < 0) {
        ft_guest_memory_detach(memory, NULL);
        return rc;
    }
    *out = memory;
    return 0;
}

int
ft_guest_memory_attach(virDomainPtr dom, pid_t pid, bool roms,
                       struct ft_guest_memory **out, struct ft_error *err)
{
    return begin(dom, pid, roms, false, out, err);
}

int
ft_guest_memory_attach_apart(virDomainPtr dom, pid_t pid,
                             struct ft_guest_memory **out, struct ft_error *err)
{
    return begin(dom, pid, false, true, out, err);
}

int64_t
ft_guest_memory_held_ns(const struct ft_guest_memory *memory)
{
    return memory->uffd.held_ns;
}

const struct ft_ram_block *
ft_guest_memory_blocks(const struct ft_guest_memory *memory, size_t *n)
{
    *n = memory->n_blocks;
    return memory->blocks;
}

uint64_t
ft_guest_memory_size(const struct ft_guest_memory *memory)
{
    uint64_t size = 0;
    size_t i;

    for (i = 0; i < memory->n_blocks; i++)
        size += memory->blocks[i].size;
    return size;
}

/* The set of all pages. It has few runs: -ENOMEM only on an empty set. */
static int
whole(const struct ft_guest_memory *memory, struct ft_page_set *set)
{
    size_t i;
    int rc = 0;

    ft_page_set_clear(set);
    for (i = 0; i < memory->n_blocks && rc == 0; i++)
        rc = ft_page_set_add(set, (uint16_t)i, 0, memory->blocks[i].size);
    return rc;
}

static int
scan_failed(const struct ft_ram_block *block, int rc, struct ft_error *err)
{
    if (rc == -EPERM || rc == -ESRCH)
        return ft_fail(err, ESRCH, NULL,
                       "RAM block %s is no longer "
                       "tracked: QEMU is gone or changed it",
                       block->name);
    return ft_fail(err, -rc, NULL, "written pages of RAM block %s: %s",
                   block->name, strerror(-rc));
}

static int
scan_blocks(struct ft_guest_memory *memory, bool arm, struct ft_page_set *set,
            struct ft_error *err)
{
    int rc = 0;
    size_t i;

    for (i = 0; i < memory->n_blocks && rc == 0; i++) {
        const struct ft_ram_block *block = &memory->blocks[i];

        rc = arm ? ft_page_scanners_arm(&memory->scanners,
                                        ft_page_scanners_for(block->size,
                                                             memory->processors),
                                        block->host, block->size, (uint16_t)i,
                                        set)
                 : ft_page_scan_run(memory->scanners.scans[0], block->host,
                                    block->size, false, (uint16_t)i, set);
        if (rc < 0)
            return scan_failed(block, rc, err);
    }
    return 0;
}

int
ft_guest_memory_arm_ahead(struct ft_guest_memory *memory, struct ft_error *err)
{
    size_t i;

    for (i = 0; memory->forgotten && i < memory->n_blocks; i++) {
        const struct ft_ram_block *block = &memory->blocks[i];
        uint64_t at;

        for (at = 0; at < block->size; at += ARM_SLICE) {
            int rc =
                ft_page_scan_run(memory->scanners.scans[0], block->host + at,
                                 FT_MIN(ARM_SLICE, block->size - at), true,
                                 (uint16_t)i, NULL);

            if (rc < 0)
                return scan_failed(block, rc, err);
        }
    }
    return 0;
}

int
ft_guest_memory_scan(struct ft_guest_memory *memory, struct ft_page_set *set,
                     struct ft_error *err)
{
    bool everything = memory->forgotten;
    int rc = FT_FAULT("memory-scan");

    /* What a failed scan has armed but not reported must not be lost. */
    memory->forgotten = true;
    ft_page_set_clear(set);
    if (rc < 0)
        ft_fail(err, -rc, NULL, "fault point memory-scan");
    else
        rc = scan_blocks(memory, true, everything ? NULL : set, err);
    if (rc == 0 && !everything) {
        memory->forgotten = false;
        return 0;
    }
    if (whole(memory, set) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    if (rc == 0)
        memory->forgotten = false;
    return rc;
}

int
ft_guest_memory_peek(struct ft_guest_memory *memory, struct ft_page_set *set,
                     struct ft_error *err)
{
    ft_page_set_clear(set);
    if (!memory->forgotten)
        return scan_blocks(memory, false, set, err);
    return whole(memory, set) < 0 ? ft_fail(err, ENOMEM, NULL, "no memory") : 0;
}

void
ft_guest_memory_forget(struct ft_guest_memory *memory)
{
    memory->forgotten = true;
}

static int
check_run(const struct ft_guest_memory *memory, size_t block, uint64_t offset,
          uint64_t length, struct ft_error *err)
{
    if (block < memory->n_blocks && offset <= memory->blocks[block].size &&
        length <= memory->blocks[block].size - offset)
        return 0;
    return ft_fail(err, ERANGE, NULL, "there is no such guest memory");
}

static void *
address(const struct ft_guest_memory *memory, size_t block, uint64_t offset)
{
    return (void *)(uintptr_t)(memory->blocks[block].host + offset);
}

int
ft_guest_memory_read(const struct ft_guest_memory *memory, size_t block,
                     uint64_t offset, void *out, size_t length,
                     struct ft_error *err)
{
    struct iovec local = { out, length }, remote;
    int rc = check_run(memory, block, offset, length, err);

    if (rc < 0)
        return rc;
    remote = (struct iovec){ address(memory, block, offset), length };
    return ft_process_memory_read(memory->pid, &local, &remote, 1, err);
}

int
ft_guest_memory_read_runs(const struct ft_guest_memory *memory,
                          const struct ft_page_run *runs, size_t n, void *out,
                          size_t size, struct ft_error *err)
{
    struct iovec local[READ_VECTOR], remote[READ_VECTOR];
    size_t used = 0, i = 0, count;
    int rc = 0;

    while (i < n && rc == 0) {
        for (count = 0; i < n && count < READ_VECTOR; i++, count++) {
            rc = check_run(memory, runs[i].block, runs[i].offset,
                           runs[i].length, err);
            if (rc < 0)
                return rc;
            if (runs[i].length > size - used)
                return ft_fail(err, ENOBUFS, NULL, "pages do not fit");
            local[count] = (struct iovec){ (char *)out + used, runs[i].length };
            remote[count] =
                (struct iovec){ address(memory, runs[i].block, runs[i].offset),
                                runs[i].length };
            used += runs[i].length;
        }
        rc = ft_process_memory_read(memory->pid, local, remote, count, err);
    }
    return rc;
}

/* Frees everything but what is inside QEMU. */
static void
dispose(struct ft_guest_memory *memory)
{
    ft_cleanup_close(&memory->uffd.fd);
    ft_page_scanners_close(&memory->scanners);
    free(memory);
}

int
ft_guest_memory_detach(struct ft_guest_memory *memory, struct ft_error *err)
{
    int rc = 0, closed;
    size_t i;

    if (!memory)
        return 0;
    for (i = 0; i < memory->n_registered; i++) {
        int one = ft_uffd_unregister(&memory->uffd, memory->blocks[i].host,
                                     memory->blocks[i].size, err);

        rc = one < 0 ? one : rc;
    }
    closed = ft_uffd_close(&memory->uffd, err);
    dispose(memory);
    return closed < 0 ? closed : rc;
}

void
ft_guest_memory_abandon(struct ft_guest_memory *memory)
{
    if (memory)
        dispose(memory);
}

int
ft_guest_memory_remove_leftovers(virDomainPtr dom, pid_t pid, unsigned *closed,
                                 struct ft_error *err)
{
    return ft_uffd_close_leftovers(dom, pid, closed, err);
}
