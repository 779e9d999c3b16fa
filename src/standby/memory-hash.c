/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/memory-hash.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "qemu/process-memory.h"

static int
decode(const struct ft_replica *r, const struct ft_frame *f,
       struct ft_page_range *range, struct ft_error *err)
{
    uint64_t sizes[FT_RAM_BLOCKS_MAX];

    if (r->committed)
        return ft_fail(err, EPROTO, NULL, "ram-hash frame after epoch %llu",
                       (unsigned long long)r->committed);
    for (size_t i = 0; i < r->n_blocks; i++)
        sizes[i] = r->blocks[i].size;
    return ft_ram_hash_decode(f->payload, f->length, sizes, r->n_blocks, range,
                              err);
}

int
ft_memory_hash(const struct ft_replica *r, const struct ft_frame *f,
               unsigned char hashes[FT_PAGE_HASHES_MAX], size_t *size,
               struct ft_error *err)
{
    FT_AUTOFREE void *data = NULL;
    struct ft_page_range range;
    struct iovec local, remote;
    int rc = decode(r, f, &range, err);

    if (rc)
        return rc;
    /* as in page-sender.c: aligned as the guest's memory it is read faster */
    if (posix_memalign(&data, FT_PAGE_SIZE, range.length))
        return ft_fail(err, ENOMEM, NULL, "no memory to hash the guest's");
    local = (struct iovec){ data, range.length };
    remote = (struct iovec){ (void *)(uintptr_t)(r->blocks[range.block].host +
                                                 range.offset),
                             range.length };
    rc = ft_process_memory_read(r->pid, &local, &remote, 1, err);
    if (!rc)
        *size = ft_page_hashes(data, range.length, hashes);
    return rc;
}
