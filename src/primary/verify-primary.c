/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "disk/disk-reader.h"
#include "link/verify-wire.h"
#include "primary/primary-private.h"
#include "primary/verify-walk.h"
#include "qemu/device-sections.h"

#define ANSWER_NS (120 * FT_NS_PER_S)
#define STOP_HASHES (FT_VERIFY_STOP_MEMORY / FT_PAGE_SIZE)

/* Chunks that are compared after a copy that read none, one an epoch. */
#define SAMPLE 16
#define CHUNK ((uint64_t)FT_VERIFY_DISK_UNIT)

/* A comparison under way; the hashes are those of the last stop. */
struct ft_verify {
    struct ft_verify_walk walk;
    struct ft_disk_reader *reader; /* open while the VM stands */
    unsigned char *buffer;         /* FT_VERIFY_PIECE */
    unsigned char *hashes;         /* little endian, 8 bytes each */
    size_t n_hashes, n_pieces;
    struct ft_verify_piece pieces[FT_VERIFY_STOP_PIECES];
    uint64_t ram_pages, disk_bytes; /* that the standby has to compare */
    unsigned disks, left_out, stops;
    int64_t longest_ns;      /* the longest stop */
    bool sample;             /* nobody asked: a few chunks of the disks */
    int rc;                  /* of reading, and ... */
    struct ft_error trouble; /* ... why */
};

static size_t
hashes_of(const struct ft_verify_piece *piece)
{
    size_t unit = ft_verify_unit(piece->kind);

    return (piece->size + unit - 1) / unit;
}

/* The index-th disk that has a replica. */
static const struct ft_vm_disk *
replicated_disk(const struct ft_primary *p, uint32_t index)
{
    size_t i = 0;

    while (!ft_disk_is_replicated(&p->domain.disks[i]) || index--)
        i++;
    return &p->domain.disks[i];
}

/* -- what is to be compared -- */

static bool
add_disks(const struct ft_primary *p, struct ft_verify *v)
{
    bool fits = true;

    for (size_t i = 0; fits && i < p->domain.n_disks; i++) {
        const struct ft_vm_disk *d = &p->domain.disks[i];

        if (!ft_disk_is_replicated(d)) {
            v->left_out++;
            continue;
        }
        fits = ft_verify_walk_add(&v->walk, FT_VERIFY_DISK, v->disks++,
                                  d->capacity);
        v->disk_bytes += d->capacity;
    }
    return fits;
}

static bool
add_memory(const struct ft_primary *p, struct ft_verify *v)
{
    bool fits = true;
    size_t n;
    const struct ft_ram_block *blocks = ft_guest_memory_blocks(p->memory, &n);

    for (size_t i = 0; fits && i < n; i++) {
        fits = ft_verify_walk_add(&v->walk, FT_VERIFY_MEMORY, (uint32_t)i,
                                  blocks[i].size);
        v->ram_pages += blocks[i].size / FT_PAGE_SIZE;
    }
    return fits;
}

/* Chunks at random: which ones is nobody's to know beforehand. */
static bool
add_sample(const struct ft_primary *p, struct ft_verify *v)
{
    for (uint64_t n = 0; n < SAMPLE; n++) {
        uint64_t at = XXH3_64bits_withSeed(p->copy.next, FT_COPY_ID_SIZE, n);
        uint32_t index = (uint32_t)(n % v->disks);
        uint64_t size = replicated_disk(p, index)->capacity;
        uint64_t from = at % ((size + CHUNK - 1) / CHUNK) * CHUNK;

        size = FT_MIN(size - from, CHUNK);
        v->disk_bytes += size;
        if (!ft_verify_walk_add_part(&v->walk, FT_VERIFY_DISK, index, from,
                                     size))
            return false;
    }
    return true;
}

static bool
add_all(const struct ft_primary *p, struct ft_verify *v)
{
    if (!v->sample)
        return add_memory(p, v) && add_disks(p, v);
    for (size_t i = 0; i < p->domain.n_disks; i++)
        v->disks += ft_disk_is_replicated(&p->domain.disks[i]);
    return !v->disks || add_sample(p, v);
}

static int
begin(struct ft_primary *p, bool sample, struct ft_error *err)
{
    struct ft_verify *v = calloc(1, sizeof(*v));

    p->comparison = v;
    if (v) {
        v->sample = sample;
        v->buffer = malloc(FT_VERIFY_PIECE);
        v->hashes = malloc(8 * STOP_HASHES);
    }
    if (!v || !v->buffer || !v->hashes)
        return ft_fail(err, ENOMEM, NULL, "no memory to verify");
    return add_all(p, v)
               ? 0
               : ft_fail(err, E2BIG, NULL, "too many disks to verify");
}

/* -- while the VM stands -- */

static int
read_piece(struct ft_primary *p, struct ft_verify *v,
           const struct ft_verify_piece *piece, struct ft_error *err)
{
    const struct ft_vm_disk *d;
    int rc = FT_FAULT("verify-read");

    if (rc)
        return ft_fail(err, -rc, NULL, "fault point verify-read");
    if (piece->kind == FT_VERIFY_MEMORY)
        return ft_guest_memory_read(p->memory, piece->index, piece->offset,
                                    v->buffer, piece->size, err);
    d = replicated_disk(p, piece->index);
    if (!v->reader) /* anew at each stop: QEMU writes a qcow2 image's tables */
        rc = ft_disk_reader_open(d->source, d->format, &v->reader, err);
    return rc ? rc
              : ft_disk_reader_read(v->reader, v->buffer, piece->size,
                                    piece->offset, err);
}

static void
hash_piece(struct ft_verify *v, const struct ft_verify_piece *piece)
{
    size_t unit = ft_verify_unit(piece->kind), done;

    for (done = 0; done < piece->size; done += unit)
        ft_put_le64(v->hashes + 8 * v->n_hashes++,
                    XXH3_64bits(v->buffer + done,
                                FT_MIN(unit, piece->size - done)));
    v->pieces[v->n_pieces++] = *piece;
}

/* That something cannot be read must not cost the epoch. */
static int
take_hashes(struct ft_primary *p, void *opaque, struct ft_error *err)
{
    struct ft_verify *v = opaque;
    struct ft_verify_piece piece;
    int64_t began = ft_clock_ns();

    (void)err;
    v->n_hashes = v->n_pieces = 0;
    ft_verify_walk_stop(&v->walk);
    while (!v->rc &&
           ft_verify_walk_next(&v->walk, ft_clock_ns() - began, &piece)) {
        v->rc = read_piece(p, v, &piece, &v->trouble);
        if (!v->rc)
            hash_piece(v, &piece);
    }
    return 0;
}

/* -- to the standby -- */

static int
send_hashes(struct ft_primary *p, struct ft_verify *v)
{
    unsigned char *hashes = v->hashes;
    int rc = 0;

    for (size_t i = 0; !rc && i < v->n_pieces; i++) {
        const struct ft_verify_piece *piece = &v->pieces[i];
        const struct ft_verify_part part = { .kind = piece->kind,
                                             .index = piece->index,
                                             .offset = piece->offset };
        unsigned char header[FT_VERIFY_HEADER_SIZE];
        struct iovec iov[2] = { { header, sizeof(header) },
                                { hashes, 8 * hashes_of(piece) } };

        ft_verify_encode(&part, header);
        rc = ft_link_send(ft_session_link(p->out.session), FT_FRAME_VERIFY, 0,
                          p->out.open - 1, iov, 2);
        hashes += 8 * hashes_of(piece);
    }
    return rc;
}

static int
send_end(struct ft_primary *p)
{
    const struct ft_verify_part end = { .kind = FT_VERIFY_END };
    unsigned char payload[FT_VERIFY_HEADER_SIZE + 8];
    struct iovec iov = { payload, sizeof(payload) };

    ft_verify_encode(&end, payload);
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

/* -- the end -- */

static json_t *
known_or_null(unsigned n)
{
    return n ? json_integer(n) : json_null();
}

/* The standby says what it has compared: it must be all. */
static int
check_covered(const struct ft_verify *v, const json_t *answer,
              struct ft_error *err)
{
    int64_t pages = ft_json_int(answer, "ram_pages", 0, INT64_MAX, -1);
    int64_t bytes = ft_json_int(answer, "disk_bytes", 0, INT64_MAX, -1);

    if ((uint64_t)pages == v->ram_pages && (uint64_t)bytes == v->disk_bytes)
        return 0;
    return ft_fail(err, EPROTO, NULL,
                   "the other host compared %lld of %llu pages and %lld of "
                   "%llu bytes",
                   (long long)pages, (unsigned long long)v->ram_pages,
                   (long long)bytes, (unsigned long long)v->disk_bytes);
}

static void
add_coverage(const struct ft_primary *p, const struct ft_verify *v,
             json_t *answer)
{
    const struct ft_state *s = &p->last_state;
    const struct {
        const char *name;
        json_t *value;
    } members[] = {
        { "vcpus", known_or_null(ft_device_vcpus(s->data, s->size)) },
        { "devices", known_or_null(ft_device_count(s->data, s->size)) },
        { "state_bytes", json_integer((json_int_t)s->size) },
        { "disks", json_integer(v->disks) },
        { "disks_left_out", json_integer(v->left_out) },
        { "stops", json_integer(v->stops) },
        { "longest_stop_ms", json_real((double)v->longest_ns / FT_NS_PER_MS) },
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(members); i++)
        json_object_set_new(answer, members[i].name, members[i].value);
}

static int
finish(struct ft_primary *p, struct ft_verify *v, struct ft_error *err)
{
    json_t *answer = await_answer(p);
    const struct ft_error *why = v->rc ? &v->trouble : err;
    int rc = 0;

    if (!answer)
        rc = ft_fail(err, ETIMEDOUT, NULL, "the comparison got no answer");
    else if (!v->rc)
        rc = check_covered(v, answer, err);
    if (rc || v->rc)
        json_decref(FT_STEAL(answer));
    else
        add_coverage(p, v, answer);
    ft_worker_reply(p->worker, &p->verifier, answer, answer ? NULL : why);
    return rc;
}

static void
free_comparison(struct ft_primary *p)
{
    struct ft_verify *v = FT_STEAL(p->comparison);

    if (!v)
        return;
    ft_disk_reader_close(v->reader);
    free(v->buffer);
    free(v->hashes);
    free(v);
}

void
ft_verify_end(struct ft_primary *p, const struct ft_error *why)
{
    ft_primary_set_flag(p, &p->verify, 0);
    if (why)
        ft_worker_reply(p->worker, &p->verifier, NULL, why);
    free_comparison(p);
}

static bool
is_over(const struct ft_verify *v)
{
    return v->rc || ft_verify_walk_is_done(&v->walk);
}

/* One stop, and what of it the standby has to hear; an error ends the link. */
static int
make_stop(struct ft_primary *p, struct ft_verify *v, struct ft_error *err)
{
    int rc = ft_checkpoint(p, 0, take_hashes, v, err);

    ft_disk_reader_close(FT_STEAL(v->reader));
    v->stops++;
    v->longest_ns = FT_MAX(v->longest_ns, p->trigger.last_pause_ns);
    if (!rc && !v->rc)
        rc = send_hashes(p, v);
    if (!rc && is_over(v))
        rc = send_end(p);
    return rc;
}

int
ft_verify_primary(struct ft_primary *p, struct ft_error *err)
{
    struct ft_error why = FT_ERROR_INIT;
    struct ft_verify *v;
    int rc;

    if (p->comparison && p->comparison->sample)
        free_comparison(p); /* all is compared now */
    if (!p->comparison && begin(p, false, &why)) {
        ft_verify_end(p, &why);
        return 0;
    }
    v = p->comparison;
    rc = make_stop(p, v, err);
    if (rc)
        return rc;
    if (is_over(v)) {
        rc = finish(p, v, err);
        ft_verify_end(p, NULL);
    }
    return rc;
}

/* ----- a sample ----- */

/* Nothing that was not sent may differ: then what was believed was wrong. */
static int
judge_sample(struct ft_primary *p, struct ft_verify *v, struct ft_error *err)
{
    FT_AUTOJSON json_t *answer = await_answer(p);
    int64_t differs = ft_json_int(answer, "disk_different", 0, INT64_MAX, 0);
    int rc = 0;

    if (!answer)
        return ft_fail(err, ETIMEDOUT, NULL, "a sample got no answer");
    if (!v->rc)
        rc = check_covered(v, answer, err);
    if (rc || v->rc || !differs)
        return rc;
    p->copy.distrusted = true;
    ft_worker_note(p->worker, "crit", "replica-differs",
                   "a disk of %s differs from its replica on %s (%s), which was "
                   "not to be: all of it is compared",
                   p->worker->config.vm, ft_worker_peer_name(p->worker),
                   ft_json_string(answer, "first_difference", "?"));
    return ft_fail(err, ESTALE, NULL, "a replica of %s differs from its disk",
                   p->worker->config.vm);
}

int
ft_verify_sample(struct ft_primary *p, struct ft_error *err)
{
    struct ft_error why = FT_ERROR_INIT;
    struct ft_verify *v;
    int rc;

    if (!p->comparison && (begin(p, true, &why) || !p->comparison->disks)) {
        p->copy.sample = false;
        free_comparison(p);
        return ft_checkpoint(p, 0, NULL, NULL, err);
    }
    v = p->comparison;
    rc = make_stop(p, v, err);
    if (rc || !is_over(v))
        return rc;
    p->copy.sample = false;
    rc = judge_sample(p, v, err);
    free_comparison(p);
    return rc;
}
