/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/page-sender.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "link/page-codec.h"

#define PIECE ((size_t)FT_FRAME_DATA_MAX)

struct ft_page_sender {
    struct ft_guest_memory *memory;
    struct ft_outgoing *out;
    struct ft_page_encoder *encoder;
    unsigned char *buffer; /* grows up to limit */
    size_t room, limit;
    uint64_t epoch; /* of the frames being emitted */
    struct ft_page_counts counts;
    struct ft_page_span *spans; /* FT_PAGE_RUNS_MAX of them */
};

void
ft_page_sender_close(struct ft_page_sender *s)
{
    if (!s)
        return;
    ft_page_encoder_free(s->encoder);
    free(s->spans);
    free(s->buffer);
    free(s);
}

/*
 * A new buffer of room bytes; what the old one holds is lost. It is aligned to
 * pages as the guest's memory is: with malloc's 16 bytes behind a page the
 * kernel's copy (rep movsb) takes almost three times as long on processors of
 * AMD, which mistake its loads for dependent on its stores (page aliasing).
 */
static int
make_buffer(struct ft_page_sender *s, size_t room)
{
    void *buffer;

    if (posix_memalign(&buffer, FT_PAGE_SIZE, room))
        return -ENOMEM;
    free(s->buffer);
    s->buffer = buffer;
    s->room = room;
    return 0;
}

int
ft_page_sender_open(struct ft_guest_memory *memory, struct ft_outgoing *out,
                    size_t limit, struct ft_page_sender **sender,
                    struct ft_error *err)
{
    struct ft_page_sender *s = calloc(1, sizeof(*s));

    if (!s)
        return ft_fail(err, ENOMEM, NULL, "no memory to send pages");
    s->memory = memory;
    s->out = out;
    s->limit = limit;
    s->encoder = ft_page_encoder_new(0);
    s->spans = calloc(FT_PAGE_RUNS_MAX, sizeof(*s->spans));
    if (make_buffer(s, FT_MIN(limit, 4 * PIECE)) || !s->encoder || !s->spans) {
        ft_page_sender_close(s);
        return ft_fail(err, ENOMEM, NULL, "no memory to send pages");
    }
    *sender = s;
    return 0;
}

void
ft_page_sender_set_compress(struct ft_page_sender *s, int on)
{
    ft_page_encoder_set_compress(s->encoder, on);
}

static int
reserve(struct ft_page_sender *s, size_t size)
{
    size_t room = s->room;

    if (size > s->limit)
        return -E2BIG;
    while (room < size)
        room *= 2;
    room = FT_MIN(room, s->limit);
    if (room == s->room)
        return 0;
    return make_buffer(s, room) ? -E2BIG : 0; /* the smaller one must do */
}

int
ft_page_sender_copy(struct ft_page_sender *s, const struct ft_page_set *set,
                    struct ft_error *err)
{
    if (reserve(s, set->bytes))
        return -E2BIG;
    return ft_guest_memory_read_runs(s->memory, set->runs, set->n, s->buffer,
                                     s->room, err);
}

unsigned char *
ft_page_sender_copied(struct ft_page_sender *s)
{
    return s->buffer;
}

static int
emit(void *opaque, enum ft_frame_type type, const struct iovec *payload,
     size_t n)
{
    struct ft_page_sender *s = opaque;

    return ft_outgoing_send(s->out, s->epoch, type, 0, payload, n);
}

/* Encodes n spans of one block whose contents stand in a row at data. */
static int
encode(struct ft_page_sender *s, unsigned block, size_t n,
       const unsigned char *data, struct ft_error *err)
{
    struct ft_page_counts counts = { 0 };
    int rc = n ? ft_pages_encode(s->encoder, block, s->spans, n, data, emit, s,
                                 &counts)
               : 0;

    ft_outgoing_count_pages(s->out, s->epoch, counts.data, counts.zero);
    s->counts.data += counts.data;
    s->counts.zero += counts.zero;
    if (rc)
        ft_fail(err, -rc, NULL, "cannot send pages of the guest");
    return rc;
}

int
ft_page_sender_send(struct ft_page_sender *s, const struct ft_page_set *set,
                    uint64_t epoch, struct ft_error *err)
{
    const unsigned char *data = s->buffer;
    size_t i = 0;

    s->epoch = epoch;
    while (i < set->n) {
        unsigned block = set->runs[i].block;
        size_t n = 0, bytes = 0;
        int rc;

        for (; i < set->n && n < FT_PAGE_RUNS_MAX && set->runs[i].block == block;
             i++, n++) {
            s->spans[n].offset = set->runs[i].offset;
            s->spans[n].length = set->runs[i].length;
            bytes += set->runs[i].length;
        }
        rc = encode(s, block, n, data, err);
        if (rc)
            return rc;
        data += bytes;
    }
    return 0;
}

/* The next piece of set from run *i on, of which *skip bytes are done. */
static int
next_piece(const struct ft_page_set *set, size_t *i, uint64_t *skip,
           struct ft_page_set *piece)
{
    ft_page_set_clear(piece);
    while (*i < set->n && piece->bytes < PIECE) {
        const struct ft_page_run *r = &set->runs[*i];
        uint64_t length = FT_MIN(r->length - *skip, PIECE - piece->bytes);
        int rc = ft_page_set_add(piece, r->block, r->offset + *skip, length);

        if (rc)
            return rc;
        *skip += length;
        if (*skip == r->length) {
            *skip = 0;
            ++*i;
        }
    }
    return 0;
}

int
ft_page_sender_stream(struct ft_page_sender *s, const struct ft_page_set *set,
                      uint64_t epoch,
                      int (*progress)(void *opaque, uint64_t done),
                      void *opaque, struct ft_error *err)
{
    struct ft_page_set piece = { 0 };
    uint64_t skip = 0, done = 0;
    size_t i = 0;
    int rc = 0;

    while (!rc && i < set->n) {
        rc = next_piece(set, &i, &skip, &piece);
        if (rc)
            ft_fail(err, -rc, NULL, "no memory to send pages");
        if (!rc)
            rc = ft_page_sender_copy(s, &piece, err);
        if (!rc)
            rc = ft_page_sender_send(s, &piece, epoch, err);
        done += piece.bytes;
        if (!rc && progress)
            rc = progress(opaque, done);
    }
    ft_page_set_free(&piece);
    return rc;
}

size_t
ft_page_sender_buffer(const struct ft_page_sender *s)
{
    return s->room;
}

void
ft_page_sender_counts(const struct ft_page_sender *s, uint64_t *data,
                      uint64_t *zero)
{
    *data = s->counts.data;
    *zero = s->counts.zero;
}
