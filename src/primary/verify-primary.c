/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "disk/disk-reader.h"
#include "link/verify-wire.h"
#include "primary/primary-private.h"
#include "qemu/device-sections.h"

#define READ_BYTES ((size_t)1 << 20)
#define ANSWER_NS (120 * FT_NS_PER_S)

/* The hashes of one block or disk, taken while the VM is stopped. */
struct hashes {
    uint32_t kind, index;
    size_t n;
    unsigned char *values; /* little endian, 8 bytes each */
    struct hashes *next;
};

struct taking {
    struct hashes *first;
    unsigned char *buffer; /* READ_BYTES */
};

static struct hashes *
add_hashes(struct taking *t, uint32_t kind, uint32_t index, size_t n)
{
    struct hashes *h = calloc(1, sizeof(*h));

    if (!h || !(h->values = calloc(n, 8))) {
        free(h);
        return NULL;
    }
    h->kind = kind;
    h->index = index;
    h->n = n;
    h->next = t->first;
    t->first = h;
    return h;
}

static void
free_hashes(struct taking *t)
{
    while (t->first) {
        struct hashes *next = t->first->next;

        free(t->first->values);
        free(t->first);
        t->first = next;
    }
    free(t->buffer);
}

static void
hash_units(struct hashes *h, size_t at, const unsigned char *data, size_t size,
           size_t unit)
{
    size_t done;

    for (done = 0; done < size; done += unit, at++)
        ft_put_le64(h->values + 8 * at,
                    XXH3_64bits(data + done, FT_MIN(unit, size - done)));
}

static int
hash_memory(struct ft_primary *p, struct taking *t, struct ft_error *err)
{
    size_t i, n;
    const struct ft_ram_block *blocks = ft_guest_memory_blocks(p->memory, &n);

    for (i = 0; i < n; i++) {
        struct hashes *h =
            add_hashes(t, FT_VERIFY_MEMORY, i, blocks[i].size / FT_PAGE_SIZE);
        uint64_t at;

        if (!h)
            return ft_fail(err, ENOMEM, NULL, "no memory to verify");
        for (at = 0; at < blocks[i].size; at += READ_BYTES) {
            size_t size = FT_MIN(blocks[i].size - at, READ_BYTES);
            int rc =
                ft_guest_memory_read(p->memory, i, at, t->buffer, size, err);

            if (rc)
                return rc;
            hash_units(h, at / FT_PAGE_SIZE, t->buffer, size, FT_PAGE_SIZE);
        }
    }
    return 0;
}

static int
hash_disk(struct taking *t, const struct ft_vm_disk *d, uint32_t index,
          struct ft_error *err)
{
    size_t units = (d->capacity + FT_VERIFY_DISK_UNIT - 1) / FT_VERIFY_DISK_UNIT;
    struct hashes *h = add_hashes(t, FT_VERIFY_DISK, index, units);
    struct ft_disk_reader *reader = NULL;
    uint64_t at;
    int rc = h ? ft_disk_reader_open(d->source, d->format, &reader, err)
               : ft_fail(err, ENOMEM, NULL, "no memory to verify");

    for (at = 0; !rc && at < d->capacity; at += READ_BYTES) {
        size_t size = FT_MIN(d->capacity - at, READ_BYTES);

        rc = ft_disk_reader_read(reader, t->buffer, size, at, err);
        hash_units(h, at / FT_VERIFY_DISK_UNIT, t->buffer, size,
                   FT_VERIFY_DISK_UNIT);
    }
    ft_disk_reader_close(reader);
    return rc;
}

/* Runs while the VM is stopped at the boundary. */
static int
take_hashes(struct ft_primary *p, void *opaque, struct ft_error *err)
{
    struct taking *t = opaque;
    uint32_t index = 0;
    size_t i;
    int rc = hash_memory(p, t, err);

    for (i = 0; !rc && i < p->domain.n_disks; i++)
        if (ft_disk_is_replicated(&p->domain.disks[i]))
            rc = hash_disk(t, &p->domain.disks[i], index++, err);
    return rc;
}

static int
send_hashes(struct ft_primary *p, const struct hashes *h)
{
    size_t unit = h->kind == FT_VERIFY_DISK ? FT_VERIFY_DISK_UNIT : FT_PAGE_SIZE;
    size_t at, n;
    int rc = 0;

    for (at = 0; !rc && at < h->n; at += n) {
        unsigned char header[FT_VERIFY_HEADER_SIZE];
        struct iovec iov[2] = { { header, sizeof(header) } };

        n = FT_MIN(h->n - at, FT_VERIFY_HASHES_MAX);
        ft_put_le32(header, h->kind);
        ft_put_le32(header + 4, h->index);
        ft_put_le64(header + 8, at * unit);
        iov[1] = (struct iovec){ h->values + 8 * at, 8 * n };
        rc = ft_link_send(ft_session_link(p->out.session), FT_FRAME_VERIFY, 0,
                          p->out.open - 1, iov, 2);
    }
    return rc;
}

static int
send_end(struct ft_primary *p)
{
    unsigned char payload[FT_VERIFY_HEADER_SIZE + 8] = { FT_VERIFY_END };
    struct iovec iov = { payload, sizeof(payload) };

    ft_put_le64(payload + FT_VERIFY_HEADER_SIZE,
                XXH3_64bits(p->last_state.data, p->last_state.size));
    return ft_link_send(ft_session_link(p->out.session), FT_FRAME_VERIFY, 0,
                        p->out.open - 1, &iov, 1);
}

static json_t *
await_answer(struct ft_primary *p)
{
    int64_t deadline = ft_clock_ns() + ANSWER_NS;
    struct timespec t = { deadline / FT_NS_PER_S, deadline % FT_NS_PER_S };
    json_t *answer;

    pthread_mutex_lock(&p->lock);
    while (!p->verify_answer && !p->link_lost && ft_clock_ns() < deadline)
        pthread_cond_timedwait(&p->changed, &p->lock, &t);
    answer = FT_STEAL(p->verify_answer);
    pthread_mutex_unlock(&p->lock);
    return answer;
}

static json_t *
vcpus(const struct ft_primary *p)
{
    unsigned n = ft_device_vcpus(p->last_state.data, p->last_state.size);

    return n ? json_integer(n) : json_null();
}

int
ft_verify_primary(struct ft_primary *p, struct ft_error *err)
{
    struct taking t = { NULL, malloc(READ_BYTES) };
    const struct hashes *h;
    json_t *answer = NULL;
    int rc = t.buffer ? ft_checkpoint(p, 0, take_hashes, &t, err) : -ENOMEM;

    for (h = t.first; !rc && h; h = h->next)
        rc = send_hashes(p, h);
    if (!rc)
        rc = send_end(p);
    free_hashes(&t);
    if (!rc && !(answer = await_answer(p)))
        rc = ft_fail(err, ETIMEDOUT, NULL, "the comparison got no answer");
    if (answer)
        json_object_set_new(answer, "vcpus", vcpus(p));
    ft_worker_reply(p->worker, &p->verifier, answer, rc ? err : NULL);
    return rc;
}
