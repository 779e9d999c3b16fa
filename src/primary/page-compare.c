/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/page-compare.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "link/page-hash.h"

/*
 * What was sent before comes first there, over a slow link too. Whether the peer is
 * alive the link knows.
 */
#define ANSWER_NS (60 * FT_NS_PER_S)
#define SLICE_NS (100 * FT_NS_PER_MS) /* between two looks whether to go on */
#define AHEAD FT_PAGES_ASKED_MAX

/* A piece of the set, on its way. */
struct piece {
    struct ft_page_range range;
    bool asked; /* or it is sent as it is */
    uint64_t number;
};

struct compare {
    struct ft_page_sender *sender;
    struct ft_outgoing *out;
    const struct ft_page_set *set;
    size_t run;    /* the next piece begins in it, ... */
    uint64_t skip; /* ... behind so many bytes */
    struct piece ahead[AHEAD];
    size_t first, n;
    struct ft_page_hash_use use;
    uint64_t epoch, done, same; /* bytes, but for the first */
    int (*progress)(void *opaque, uint64_t done);
    void *opaque;
    struct ft_page_set part; /* what is read, or sent, of a piece */
};

static struct ft_page_range
next_range(struct compare *c)
{
    const struct ft_page_run *r = &c->set->runs[c->run];
    struct ft_page_range range = { r->block, r->offset + c->skip,
                                   (size_t)FT_MIN(r->length - c->skip,
                                                  FT_FRAME_DATA_MAX) };

    c->skip += range.length;
    if (c->skip == r->length) {
        c->skip = 0;
        c->run++;
    }
    return range;
}

static int
ask_ahead(struct compare *c)
{
    int rc = 0;

    while (!rc && c->n < AHEAD && c->run < c->set->n) {
        struct piece *p = &c->ahead[(c->first + c->n++) % AHEAD];

        p->range = next_range(c);
        p->asked = ft_page_hash_is_of_use(&c->use);
        if (p->asked)
            rc = ft_outgoing_ask_pages(c->out, &p->range, &p->number);
    }
    return rc;
}

/* Waits for the answer, and looks meanwhile whether it is wanted still. */
static int
fetch(struct compare *c, const struct piece *p,
      unsigned char theirs[FT_PAGE_HASHES_MAX])
{
    int64_t now = ft_clock_ns(), deadline = now + ANSWER_NS;
    int rc;

    do {
        rc = ft_outgoing_fetch_pages(c->out, p->number,
                                     FT_MIN(now + SLICE_NS, deadline), theirs);
        now = ft_clock_ns();
        if (rc == -ETIMEDOUT && c->progress && c->progress(c->opaque, c->done))
            return -ECANCELED;
    } while (rc == -ETIMEDOUT && now < deadline);
    return rc;
}

/*
 * Keeps of the piece that was copied the pages that differ: moves them together,
 * and c->part names them.
 */
static int
keep_differences(struct compare *c, const struct piece *p,
                 const unsigned char *theirs)
{
    unsigned char ours[FT_PAGE_HASHES_MAX];
    struct ft_page_span spans[FT_HASHED_SPANS_MAX];
    unsigned char *data = ft_page_sender_copied(c->sender), *to = data;
    uint64_t same = p->range.length;
    size_t n, i;
    int rc = 0;

    ft_page_hashes(data, p->range.length, ours);
    n = ft_page_hashes_differ(ours, theirs, p->range.length, spans);
    ft_page_set_clear(&c->part);
    for (i = 0; !rc && i < n; i++) {
        memmove(to, data + spans[i].offset, spans[i].length);
        to += spans[i].length;
        same -= spans[i].length;
        rc = ft_page_set_add(&c->part, (uint16_t)p->range.block,
                             p->range.offset + spans[i].offset, spans[i].length);
    }
    c->same += same;
    ft_page_hash_note_use(&c->use, same, p->range.length);
    return rc;
}

static int
compare_piece(struct compare *c, const struct piece *p, struct ft_error *err)
{
    unsigned char theirs[FT_PAGE_HASHES_MAX];
    int rc = fetch(c, p, theirs);

    if (!rc)
        rc = keep_differences(c, p, theirs);
    return rc && rc != -ECANCELED
               ? ft_fail(err, -rc, NULL,
                         "cannot compare memory with the standby's: %s",
                         strerror(-rc))
               : rc;
}

static int
send_piece(struct compare *c, const struct piece *p, struct ft_error *err)
{
    int rc;

    ft_page_set_clear(&c->part);
    rc = ft_page_set_add(&c->part, (uint16_t)p->range.block, p->range.offset,
                         p->range.length);
    if (rc)
        return ft_fail(err, -rc, NULL, "no memory to send pages");
    rc = ft_page_sender_copy(c->sender, &c->part, err);
    if (!rc && p->asked)
        rc = compare_piece(c, p, err);
    if (!rc)
        rc = ft_page_sender_send(c->sender, &c->part, c->epoch, err);
    c->done += p->range.length;
    return rc || !c->progress ? rc : c->progress(c->opaque, c->done);
}

int
ft_page_compare_stream(struct ft_page_sender *sender, struct ft_outgoing *out,
                       const struct ft_page_set *set, uint64_t epoch,
                       int (*progress)(void *opaque, uint64_t done),
                       void *opaque, uint64_t *same, struct ft_error *err)
{
    struct compare c = { .sender = sender,
                         .out = out,
                         .set = set,
                         .epoch = epoch,
                         .progress = progress,
                         .opaque = opaque };
    int rc = 0;

    do {
        rc = ask_ahead(&c);
        if (rc)
            ft_fail(err, -rc, NULL, "cannot ask the standby for its memory");
        if (rc || !c.n)
            break;
        rc = send_piece(&c, &c.ahead[c.first], err);
        c.first = (c.first + 1) % AHEAD;
        c.n--;
    } while (!rc);
    *same = c.same;
    ft_page_set_free(&c.part);
    return rc;
}
