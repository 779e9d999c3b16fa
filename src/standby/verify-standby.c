/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/verify-standby.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "link/verify-wire.h"
#include "qemu/process-memory.h"

static void
note_first(struct ft_verify_check *c, const char *what, uint64_t offset)
{
    if (!c->first[0])
        snprintf(c->first, sizeof(c->first), "%.64s at 0x%llx", what,
                 (unsigned long long)offset);
}

static int
check_memory(struct ft_verify_check *c, const struct ft_replica *r,
             unsigned index, uint64_t offset, const unsigned char *hashes,
             size_t n, struct ft_error *err)
{
    FT_AUTOFREE unsigned char *data = NULL;
    const struct ft_ram_block *b = &r->blocks[index];
    struct iovec local, remote;
    size_t i, size = n * FT_PAGE_SIZE;
    int rc;

    if (index >= r->n_blocks || offset > b->size || size > b->size - offset)
        return ft_fail(err, EPROTO, NULL, "verify outside of a RAM block");
    data = malloc(size);
    if (!data)
        return ft_fail(err, ENOMEM, NULL, "no memory to verify");
    local = (struct iovec){ data, size };
    remote = (struct iovec){ (void *)(uintptr_t)(b->host + offset), size };
    rc = ft_process_memory_read(r->pid, &local, &remote, 1, err);
    for (i = 0; !rc && i < n; i++) {
        c->ram_pages++;
        if (XXH3_64bits(data + i * FT_PAGE_SIZE, FT_PAGE_SIZE) ==
            ft_get_le64(hashes + 8 * i))
            continue;
        c->ram_different++;
        note_first(c, b->name, offset + i * FT_PAGE_SIZE);
    }
    return rc;
}

static int
check_disk(struct ft_verify_check *c, const struct ft_replica *r,
           unsigned index, uint64_t offset, const unsigned char *hashes,
           size_t n, struct ft_error *err)
{
    unsigned char data[FT_VERIFY_DISK_UNIT];
    size_t i;

    if (index >= r->n_disks)
        return ft_fail(err, EPROTO, NULL, "verify of an unknown disk");
    for (i = 0; i < n; i++, offset += FT_VERIFY_DISK_UNIT) {
        const struct ft_replica_disk *d = &r->disks[index];
        size_t size = offset < d->capacity
                          ? FT_MIN(d->capacity - offset, sizeof(data))
                          : 0;
        int rc = ft_pread_full(d->fd, data, size, offset);

        if (rc)
            return ft_fail(err, -rc, NULL, "cannot read replica %s: %s",
                           d->path, strerror(-rc));
        c->disk_bytes += size;
        if (XXH3_64bits(data, size) == ft_get_le64(hashes + 8 * i))
            continue;
        c->disk_different += size;
        note_first(c, d->target, offset);
    }
    return 0;
}

static int
answer(struct ft_verify_check *c, const struct ft_replica *r,
       struct ft_link *link, uint64_t state_hash)
{
    int state_different =
        XXH3_64bits(r->state.data, r->state.size) != state_hash;
    FT_AUTOJSON json_t *json =
        json_pack("{s:I,s:I,s:I,s:I,s:I,s:b,s:s,s:o,s:s}", "epoch",
                  (json_int_t)r->committed, "ram_pages",
                  (json_int_t)c->ram_pages, "ram_different",
                  (json_int_t)c->ram_different, "disk_bytes",
                  (json_int_t)c->disk_bytes, "disk_different",
                  (json_int_t)c->disk_different, "state_different",
                  state_different, "first_difference", c->first, "copy_vcpus",
                  c->vcpus ? json_integer(c->vcpus) : json_null(),
                  "copy_spoilt", c->spoilt);

    memset(c, 0, sizeof(*c));
    return json ? ft_link_send_json(link, FT_FRAME_VERIFY_RESULT, 0, json)
                : -ENOMEM;
}

bool
ft_verify_ends(const struct ft_frame *f)
{
    return f->length >= 4 && ft_get_le32(f->payload) == FT_VERIFY_END;
}

int
ft_verify_standby(struct ft_verify_check *check, struct ft_replica *r,
                  struct ft_link *link, const struct ft_frame *f,
                  struct ft_error *err)
{
    const unsigned char *p = f->payload;
    size_t n;

    if (f->length < FT_VERIFY_HEADER_SIZE + 8 ||
        (f->length - FT_VERIFY_HEADER_SIZE) % 8)
        return ft_fail(err, EPROTO, NULL, "verify frame of a wrong length");
    n = (f->length - FT_VERIFY_HEADER_SIZE) / 8;
    if (n > FT_VERIFY_HASHES_MAX)
        return ft_fail(err, EPROTO, NULL, "verify frame of %zu hashes", n);
    switch (ft_get_le32(p)) {
    case FT_VERIFY_MEMORY:
        return check_memory(check, r, ft_get_le32(p + 4), ft_get_le64(p + 8),
                            p + FT_VERIFY_HEADER_SIZE, n, err);
    case FT_VERIFY_DISK:
        return check_disk(check, r, ft_get_le32(p + 4), ft_get_le64(p + 8),
                          p + FT_VERIFY_HEADER_SIZE, n, err);
    case FT_VERIFY_END:
        return answer(check, r, link, ft_get_le64(p + FT_VERIFY_HEADER_SIZE));
    default:
        return ft_fail(err, EPROTO, NULL, "verify frame of an unknown kind");
    }
}
