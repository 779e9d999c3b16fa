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

#define PAGES ((size_t)256) /* that are read at once */

static void
note_first(struct ft_verify_check *c, const char *what, uint64_t offset)
{
    if (!c->first[0])
        snprintf(c->first, sizeof(c->first), "%.64s at 0x%llx", what,
                 (unsigned long long)offset);
}

/* Of a part that fits; data has room for its pages. */
static int
check_pages(struct ft_verify_check *c, const struct ft_replica *r,
            const struct ft_verify_part *part, unsigned char *data,
            struct ft_error *err)
{
    const struct ft_ram_block *b = &r->blocks[part->index];
    size_t size = part->n * FT_PAGE_SIZE;
    struct iovec local = { data, size };
    struct iovec remote = { (void *)(uintptr_t)(b->host + part->offset), size };
    int rc = ft_process_memory_read(r->pid, &local, &remote, 1, err);

    for (size_t i = 0; !rc && i < part->n; i++) {
        c->ram_pages++;
        if (XXH3_64bits(data + i * FT_PAGE_SIZE, FT_PAGE_SIZE) ==
            ft_get_le64(part->hashes + 8 * i))
            continue;
        c->ram_different++;
        note_first(c, b->name, part->offset + i * FT_PAGE_SIZE);
    }
    return rc;
}

/* Some at a time: a frame may speak of more than is worth so much memory. */
static int
check_memory(struct ft_verify_check *c, const struct ft_replica *r,
             const struct ft_verify_part *part, struct ft_error *err)
{
    FT_AUTOFREE unsigned char *data = NULL;
    struct ft_verify_part some = *part;
    int rc = 0;

    if (part->index >= r->n_blocks ||
        !ft_verify_fits(part, r->blocks[part->index].size))
        return ft_fail(err, EPROTO, NULL, "verify outside of a RAM block");
    data = malloc(FT_MIN(part->n, PAGES) * FT_PAGE_SIZE);
    if (!data)
        return ft_fail(err, ENOMEM, NULL, "no memory to verify");
    for (size_t left = part->n; !rc && left; left -= some.n) {
        some.n = FT_MIN(left, PAGES);
        rc = check_pages(c, r, &some, data, err);
        some.offset += some.n * FT_PAGE_SIZE;
        some.hashes += 8 * some.n;
    }
    return rc;
}

static int
check_disk(struct ft_verify_check *c, const struct ft_replica *r,
           const struct ft_verify_part *part, struct ft_error *err)
{
    unsigned char data[FT_VERIFY_DISK_UNIT];
    const struct ft_replica_disk *d;
    uint64_t offset = part->offset;

    if (part->index >= r->n_disks)
        return ft_fail(err, EPROTO, NULL, "verify of an unknown disk");
    d = &r->disks[part->index];
    if (!ft_verify_fits(part, d->capacity))
        return ft_fail(err, EPROTO, NULL, "verify outside of a disk");
    for (size_t i = 0; i < part->n; i++, offset += FT_VERIFY_DISK_UNIT) {
        size_t size = FT_MIN(d->capacity - offset, sizeof(data));
        int rc = ft_pread_full(d->fd, data, size, offset);

        if (rc)
            return ft_fail(err, -rc, NULL, "cannot read replica %s: %s",
                           d->path, strerror(-rc));
        c->disk_bytes += size;
        if (XXH3_64bits(data, size) == ft_get_le64(part->hashes + 8 * i))
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
    struct ft_verify_part part;
    int rc = ft_verify_decode(f->payload, f->length, &part, err);

    if (rc)
        return rc;
    if (part.kind == FT_VERIFY_MEMORY)
        return check_memory(check, r, &part, err);
    if (part.kind == FT_VERIFY_DISK)
        return check_disk(check, r, &part, err);
    return answer(check, r, link, ft_get_le64(part.hashes));
}
